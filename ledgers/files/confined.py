"""Reading what others wrote in a process of its own, which may not write, connect or start anything.

A book, its plugins and the parser are looked at before they run; this is for what such a look overlooks. `run` puts a
whole command into a child. The child names what the command will write, confines itself before it reads (`confine`), and
from then on hands what is to be written to its parent, which writes where it was told to beforehand and nowhere else.
`call` confines a piece of work from its beginning and gives back bytes. A child that dies is one message. `in_thread` is for
what must stay in the process.

Linux refuses by a filter of system calls (libseccomp). Where there is none the child and its limits stay (`missing`).
"""

import contextvars
import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial, wraps
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any, BinaryIO, NoReturn, ParamSpec, TypeVar

from ledgers.files.problems import Problem, Untrusted

MEMORY = 2**32  # bytes of address space that a child has at least, on a machine with less memory too
SECONDS = 3600  # of processor time
_STUCK, _TRIES = 20.0, 3  # seconds of sleep without any work, and how many children are tried
_STATE, _TIMES = 0, slice(11, 13)  # in /proc/PID/stat behind the name: state; user and system time
_LENGTH = struct.Struct(">Q")
_PR_SET_PDEATHSIG = 1
_CLONE_THREAD = 0x10000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # typing into the terminal in the user's stead
# What a process that reads has no need of: to start others, to connect, to change files, to look into other processes.
_DENIED = """
    fork vfork execve execveat unshare setns ptrace process_vm_readv process_vm_writev kcmp pidfd_open pidfd_getfd
    pidfd_send_signal tkill setrlimit socket socketpair connect bind listen accept accept4 sendmmsg
    creat openat2 open_by_handle_at truncate unlink unlinkat rmdir mkdir mkdirat rename renameat renameat2 link linkat
    symlink symlinkat mknod mknodat chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes utimensat
    futimesat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr setxattrat removexattrat fallocate
    mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount mount_setattr swapon swapoff quotactl
    io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd keyctl add_key request_key
    init_module finit_module delete_module kexec_load kexec_file_load reboot acct personality
    clock_settime clock_adjtime settimeofday adjtimex sethostname setdomainname
    shmget shmat msgget semget mq_open memfd_create memfd_secret
""".split()  # noqa: SIM905  read by people
P = ParamSpec("P")
T = TypeVar("T")
_operations: dict[str, Callable[..., Any]] = {}
_told: dict[str, type[Exception]] = {"OSError": OSError}
_refused: list[Problem] = []
_progress: mmap.mmap | None = None  # shared with the parent: the file that is being read


class _Parent:
    """The way to the parent of a child of `run`."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self.requests, self.answers = requests, answers
        self.confined = False

    def ask(self, name: str, *arguments: Any) -> Any:
        """What an operation gives in the parent; raises what it raises there."""
        _send(self.requests, [name, *arguments])
        answer = _received(self.answers)
        if answer is None:
            raise OSError(errno.EPIPE, "主进程已经结束")
        raised, value = answer
        if raised:
            raise _told[raised](*value)
        return value


_parent: _Parent | None = None


def by_parent(function: Callable[P, T]) -> Callable[P, T]:
    """An operation that changes files; its first argument is the place. In a child its parent does it."""
    name = _name(function)
    _operations[name] = function

    @wraps(function)
    def done(*arguments: P.args, **named: P.kwargs) -> T:
        if _parent is None:
            return function(*arguments, **named)
        place, *rest = arguments
        return _parent.ask(name, os.path.abspath(str(place)), *rest)  # type: ignore[no-any-return]

    return done


def passed_on(error: type[Exception]) -> type[Exception]:
    """An exception that an operation raises, and that its parent tells a child of."""
    _told[error.__name__] = error
    return error


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__name__}"


def will(function: Callable[..., Any], *places: Path) -> None:
    """Say before reading that an operation will be done at places: afterwards it is too late."""
    if _parent is not None:
        for place in places:
            _parent.ask("will", os.path.abspath(place), _name(function))


def refuse(problems: list[Problem]) -> None:
    """Let this process read no book any more, for these reasons: a child died of it."""
    _refused.extend(problems)


def confine() -> None:
    """Give up, in a child of `run`, everything that reading does not need, for good. Elsewhere nothing happens.

    Raises Untrusted where a child has died of this reading before.
    """
    if _refused:
        raise Untrusted(_refused)
    if _parent is not None and not _parent.confined:
        _parent.ask("confined", "")
        _parent.confined = True
        _lock_down(MEMORY)


def reading(name: str) -> None:
    """Note which file is being read, for the message if this process dies of it; "" when it is done."""
    if _progress is not None:
        _progress[:] = name.encode(errors="replace")[: len(_progress)].ljust(len(_progress), b"\0")


def run(command: Callable[[], int], *, writing: bool = False) -> int:
    """The exit status of a command that runs in a child. Raises Untrusted when the child dies of what it reads.

    A command that is `writing` much by itself is not confined when it reads.
    """
    global _parent
    to_parent, to_child = os.pipe(), os.pipe()
    progress = _shared()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.close(to_parent[0])
        os.close(to_child[1])
        way = _Parent(os.fdopen(to_parent[1], "wb"), os.fdopen(to_child[0], "rb"))
        _parent = None if writing else way
        _live_no_longer_than_the_parent()
        _exit(command)
    os.close(to_parent[1])
    os.close(to_child[0])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the child has it as well, and says so
    try:
        with os.fdopen(to_parent[0], "rb") as requests, os.fdopen(to_child[1], "wb") as answers:
            _serve(requests, answers)
        return _status(child, progress)
    finally:
        signal.signal(signal.SIGINT, before)


def call(
    work: Callable[[], bytes], *, seconds: float = 600, memory: int = 0, first: Callable[[], None] | None = None
) -> bytes:
    """What work gives in a child that is confined from the beginning, at most so long and with so many bytes of memory.

    `first` may narrow the limits further, before they can no longer be set.

    Raises Untrusted with what the work found, or when the child died or took too long; RuntimeError for any other
    exception of the work, naming it.
    """
    until = time.monotonic() + seconds
    for left in reversed(range(_TRIES)):
        outgoing, incoming = os.pipe()
        progress = _shared()
        child = os.fork()
        if not child:
            _work(work, incoming, seconds, memory, first)
        os.close(incoming)
        with os.fdopen(outgoing, "rb", buffering=0) as stream:
            content = _all_of(stream, until, child if left else 0)
        if content is not None:
            break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if time.monotonic() >= until:
            raise Untrusted([Problem(_file(progress), 0, f"读取用时超过 {seconds:.0f} 秒，没有得出结论")])
    assert content is not None, "the last child is given all the time"
    _status(child, progress)
    kind, found = content[:1], content[1:]
    if kind == b"u":
        raise Untrusted([Problem(*problem) for problem in json.loads(found)])
    if kind != b"=":
        raise RuntimeError(found.decode("utf-8", "replace") or "子进程没有给出结果")
    return found


def in_thread(work: Callable[[], T]) -> T:
    """What work gives, or raises, in a thread that may not write, connect or start anything, nor may those that it starts.

    For a process that must go on doing so, such as a server. The thread shares its memory: `call` keeps that apart, too.
    """
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, "xianjie-reader", partial(filter_system_calls, every_thread=False)) as thread:
        return thread.submit(context.run, work).result()


def missing() -> str:
    """Why this system cannot refuse a process to write, connect or start others; "" when it can."""
    try:
        return call(_attempt, seconds=30).decode()
    except (OSError, Untrusted, RuntimeError) as error:
        return str(error)


def _attempt() -> bytes:
    try:
        os.close(os.open(os.path.expanduser("~"), os.O_WRONLY | os.O_CREAT))
    except OSError as error:
        return b"" if error.errno == errno.EPERM else "没有装上系统调用的过滤（缺少 libseccomp2 或内核不支持）".encode()
    return b""


def _shared() -> mmap.mmap:
    global _progress
    _progress = mmap.mmap(-1, mmap.PAGESIZE)
    return _progress


def _file(progress: mmap.mmap) -> str:
    return progress[:].rstrip(b"\0").decode("utf-8", "replace") or "main.beancount"


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do what the child asks: before it is confined anything, afterwards only what it did or named until then."""
    allowed: set[tuple[str, str]] = set()
    confined = False
    while (request := _received(requests)) is not None:
        name, place, *rest = request
        if name == "confined":
            confined, outcome = True, ["", None]
        elif name == "will":
            known = (rest[0], place) in allowed
            outcome = _refusal(place) if confined and not known else ["", None]
            allowed |= {(rest[0], place)} if not confined else set()
        elif confined and (name, place) not in allowed:
            outcome = _refusal(place)
        else:
            allowed.add((name, place))
            import_module(name.partition(":")[0])  # where the operation is, which this process may not have needed yet
            outcome = _outcome(_operations[name], Path(place), rest)
        with suppress(BrokenPipeError):  # the child has died meanwhile
            _send(answers, outcome)


def _refusal(place: str) -> list[Any]:
    return ["OSError", [errno.EPERM, f"读取账簿之前没有说明要写 {place}"]]


def _outcome(operation: Callable[..., Any], place: Path, rest: list[Any]) -> list[Any]:
    try:
        return ["", operation(place, *rest)]
    except tuple(_told.values()) as error:
        name = type(error).__name__
        return ["OSError", [error.errno, error.strerror]] if isinstance(error, OSError) else [name, list(error.args)]


def _send(stream: BinaryIO, value: Any) -> None:
    """A value as JSON, and the bytes in it behind it: how many pieces, and each with its length."""
    pieces = [b""]

    def place_of(content: bytes) -> dict[str, int]:
        pieces.append(content)
        return {"piece": len(pieces) - 1}

    pieces[0] = json.dumps(value, default=place_of).encode()
    stream.write(_LENGTH.pack(len(pieces)))
    for piece in pieces:
        stream.write(_LENGTH.pack(len(piece)))
        stream.write(piece)
    stream.flush()


def _received(stream: BinaryIO) -> Any:
    """The next value; None at the end, also where it comes in the middle of a value."""
    count = _length(stream)
    pieces: list[bytes] = [stream.read(_length(stream)) for _ in range(count)]
    if not pieces or not pieces[0]:
        return None
    return json.loads(pieces[0], object_hook=lambda one: pieces[one["piece"]] if one.keys() == {"piece"} else one)


def _length(stream: BinaryIO) -> int:
    found = stream.read(_LENGTH.size)
    return int(_LENGTH.unpack(found)[0]) if len(found) == _LENGTH.size else 0


def _status(child: int, progress: mmap.mmap) -> int:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0 and -status not in (signal.SIGINT, signal.SIGTERM):
        name = signal.Signals(-status).name
        raise Untrusted([Problem(_file(progress), 0, f"读取时程序中断（{name}）：请检查这个文件里的算式、数字和引号")])
    return status if status >= 0 else 128 - status


def _exit(command: Callable[[], int]) -> NoReturn:
    """End a child with what a command gives, without the interpreter's clearing up: a book is large."""
    status = 1
    try:
        status = command()
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _work(
    work: Callable[[], bytes], pipe: int, seconds: float, memory: int, first: Callable[[], None] | None
) -> NoReturn:
    """The whole life of a child of `call`."""
    try:
        os.closerange(3, pipe)
        os.closerange(pipe + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _live_no_longer_than_the_parent()
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        if first:
            first()  # narrower limits: afterwards none can be set
        _lock_down(memory or MEMORY)
        found = b"=" + work()
    except Untrusted as error:
        found = b"u" + json.dumps([[one.file, one.line, one.message] for one in error.problems]).encode()
    except BaseException as error:
        found = b"!" + f"{type(error).__name__}：{error}".encode(errors="replace")
    try:
        with os.fdopen(pipe, "wb") as stream:
            stream.write(found)
    finally:
        os._exit(0)


def _all_of(stream: Any, until: float, child: int) -> bytes | None:
    """All that comes until the end of the stream; None when it takes too long, or the child sleeps without working.

    A fork copies one thread: a lock that another held stays shut in the child for ever, and it waits for it.
    """
    pieces: list[bytes] = []
    worked, since = "", time.monotonic()
    while (now := time.monotonic()) < until:
        if select([stream], [], [], min(_STUCK / 2 if child else until, until - now))[0]:
            piece = stream.read(2**20)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
        elif child and (work := work_of(child)) != worked:
            worked, since = work, time.monotonic()
        elif child and time.monotonic() - since > _STUCK:
            return None
    return None


def work_of(process: int) -> str:
    """The processor time that a sleeping process has used; something new each time for one that does not sleep."""
    with suppress(OSError, IndexError):
        about = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        if about[_STATE] == "S":
            return " ".join(about[_TIMES])
    return f"{time.monotonic()}"


def _live_no_longer_than_the_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _lock_down(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, max(memory, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower limit that the user has set stays
            limits = [limit for limit in resource.getrlimit(what) if limit != resource.RLIM_INFINITY]
            resource.setrlimit(what, (min([most, *limits]), min([most, *limits])))
    filter_system_calls()


def filter_system_calls(*, every_thread: bool = True) -> None:
    """Give up, for good, to write, connect and start anything; nothing happens where a system cannot."""
    with suppress(ImportError, OSError, AttributeError, RuntimeError):
        _load_filter(every_thread)


def _load_filter(every_thread: bool) -> None:
    import pyseccomp as seccomp  # takes a while, and is wanted in children alone

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    with suppress(OSError):
        rules.set_attr(seccomp.Attr.CTL_TSYNC, int(every_thread))  # threads of libraries too
    refused = seccomp.ERRNO(errno.EPERM)
    for name in _DENIED:
        with suppress(OSError, ValueError):  # not every machine has each of them
            rules.add_rule(refused, name)
    for name, flags in (("open", 1), ("openat", 2)):
        for mask, value in (
            (os.O_ACCMODE, os.O_WRONLY),
            (os.O_ACCMODE, os.O_RDWR),
            (os.O_CREAT, os.O_CREAT),
            (os.O_TRUNC, os.O_TRUNC),
        ):
            with suppress(OSError, ValueError):
                rules.add_rule(refused, name, seccomp.Arg(flags, seccomp.MASKED_EQ, mask, value))
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # whose flags no filter can see: `clone` is used instead
    rules.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    for name in ("kill", "tgkill"):
        rules.add_rule(refused, name, seccomp.Arg(0, seccomp.NE, os.getpid()))
    rules.add_rule(refused, "prlimit64", seccomp.Arg(2, seccomp.NE, 0))
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.add_rule(refused, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    rules.load()
