"""Where the counties' parts are worked out: in a pool of processes on this machine, or on a Dask cluster.

Both run the same functions. A worker that dies is replaced and its work done again; results are taken once, by job, so
nothing is counted twice. Work that kills its worker every time is given up and says so; the others are not held up.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

TRIES = 3
PATIENCE = 20  # seconds to reach a scheduler
Function = Callable[..., Any]
Task = tuple[Any, ...]  # the arguments of one call
Engine = Callable[[Function, Sequence[Task]], Iterator[tuple[int, Any]]]


class WorkerDied(Exception):  # noqa: N818
    """The work killed its worker every time that it was tried."""


class NoCluster(Exception):  # noqa: N818
    """The scheduler cannot be reached, or has no workers; the message says which."""


def counted(engine: Engine, advance: Callable[[int], object]) -> Engine:
    """The engine, telling of every task that is done."""

    def run(function: Function, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        for outcome in engine(function, tasks):
            advance(1)
            yield outcome

    return run


def local(processes: int) -> Engine:
    """An engine of some processes on this machine; with one, this process itself."""

    def run(function: Function, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        if processes == 1 or not tasks:
            yield from ((number, _outcome(function, task)) for number, task in enumerate(tasks))
            return
        left = dict(enumerate(tasks))
        for number, result in _pool(function, left, min(processes, len(left))):
            del left[number]
            yield number, result
        for number, task in list(left.items()):  # the pool broke: each alone, so that one cannot harm another
            yield number, _alone(function, number, task)

    return run


def processes() -> int:
    """As many as this process may use."""
    return len(os.sched_getaffinity(0))


def _outcome(function: Function, task: Task) -> Any:
    try:
        return function(*task)
    except Exception as error:
        return error


def _executor(size: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(size, mp_context=multiprocessing.get_context("spawn"))


def _pool(function: Function, tasks: dict[int, Task], size: int) -> Iterator[tuple[int, Any]]:
    """Every task that a pool finishes before it breaks, if it does."""
    with _executor(size) as pool:
        futures: dict[Future[Any], int] = {}
        try:
            futures = {pool.submit(function, *task): number for number, task in list(tasks.items())}
        except BrokenProcessPool:
            return
        for future in as_completed(futures):
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                continue
            yield futures[future], error or future.result()


def _alone(function: Function, number: int, task: Task) -> Any:
    for _ in range(TRIES):
        for _, result in _pool(function, {number: task}, 1):
            return result
    return WorkerDied(f"判定进程连续 {TRIES} 次异常退出（可能是内存不足）")


def dask(scheduler: str) -> Engine:
    """An engine on a running Dask cluster, by the address of its scheduler (tcp:// or tls://)."""
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise NoCluster('没有安装 Dask：pip install "xianjie[dask]"') from None

    def run(function: Function, tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        from distributed import as_completed as completed

        if not tasks:
            return
        with _client(Client, scheduler) as client:
            futures = {client.submit(function, *task, pure=False, retries=TRIES): n for n, task in enumerate(tasks)}
            for future in completed(list(futures), loop=client.loop):  # type: ignore[no-untyped-call]
                error = future.exception()
                if isinstance(error, KilledWorker):
                    error = WorkerDied("判定进程多次异常退出（可能是内存不足）")
                yield futures[future], error or future.result()
                future.release()

    return run


def _client(client: Any, scheduler: str) -> Any:
    try:
        opened = client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise NoCluster(f"连不上调度器 {scheduler}（{error}）") from None
    if not opened.scheduler_info().get("workers"):
        opened.close()
        raise NoCluster(f"调度器 {scheduler} 上没有工作进程，请先启动 dask worker")
    return opened
