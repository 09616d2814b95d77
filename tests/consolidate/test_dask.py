"""The same report from a Dask cluster of several worker processes, with one killed half way."""

import os
import signal

import pytest

from reports.counties import engines, report, run

from .conftest import CITY, DAY
from .test_run import NAMES, books_of, written

distributed = pytest.importorskip("distributed", reason="Dask 没有安装")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as running:  # fmt: skip
        yield running


def _worker_process(scheduler):
    """The process id of one of the workers."""
    with distributed.Client(scheduler, set_as_default=False) as client:
        return min(client.run(os.getpid).values())


def test_a_cluster_with_a_worker_killed_makes_what_one_process_makes(shared_books, tmp_path, cluster, nothing_judged):
    scheduler = cluster.scheduler_address
    killed = []

    def kill_after_the_first(_):
        if not killed:
            killed.append(_worker_process(scheduler))
            os.kill(killed[0], signal.SIGKILL)

    todo = run.jobs(books_of(shared_books), DAY, CITY)
    engine = engines.counted(engines.dask(scheduler), kill_after_the_first)
    made = run.consolidate(todo, engine, [], here=False)
    status = report.write(made, tmp_path / "out")
    assert killed
    plain = run.consolidate(todo, engines.local(1), [], here=True)
    assert (report.write(plain, tmp_path / "plain"), written(tmp_path / "plain")) == (status, written(tmp_path / "out"))
    assert len(todo) == len(NAMES)


def test_a_scheduler_that_is_not_there_is_said_so(monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 1)
    with pytest.raises(engines.NoCluster, match="连不上调度器"):
        list(engines.dask("tcp://127.0.0.1:9")(len, [((),)]))
