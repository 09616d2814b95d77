"""The listening side: waitress, with a total time for a request to arrive and for an answer to be taken.

waitress ends a connection on which nothing moves; one that drips a byte now and then would stay for ever, and two
hundred of them would keep everybody else out.
"""

import copy
import socket
import time
from typing import Any

from waitress.adjustments import Adjustments  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.server import TcpWSGIServer  # type: ignore[import-untyped]
from waitress.task import ErrorTask, ThreadedTaskDispatcher  # type: ignore[import-untyped]

ARRIVE = 10  # seconds for headers and body from the first byte, and for that from the connection
SEND = 300  # seconds for what may be sent to the door
TAKE = 60  # seconds in which the answer has to be taken
CONNECTIONS = 200
ROOM = 150  # from here on a new connection takes the place of the one that has waited longest without a request
THREADS = 72  # most of them wait for their turn at the login (guard.py)
HEADER_BYTES, BODY_BYTES = 32 * 1024, 16 * 1024
SEND_BYTES = 256 * 2**20  # more than the door takes, which says so in words
PROXY = "127.0.0.1"  # nginx or caddy on this machine may say how and from where it was asked


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """A request; one that may send sheets (`may_send` of the application) has more room for its body, no other has."""

    adj: Any
    large = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        may_send = getattr(self.adj, "may_send", None)
        if self.command == "POST" and may_send and may_send(self.path, self.headers.get("COOKIE", "")):
            self.large = True
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = SEND_BYTES


class _Refusal(ErrorTask):  # type: ignore[misc]
    """The answer to what is no request, in the words of the application where it has any (`malformed`: status -> type, body)."""

    def execute(self) -> None:
        words = getattr(self.channel.adj, "malformed", None)
        if words is None:
            super().execute()
            return
        error = self.request.error
        kind, body = words(error.code)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", kind))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, and since when it has been at what it does."""

    parser_class = _Parser
    error_task_class = _Refusal

    def __init__(self, *args: Any, **more: Any) -> None:
        self.arriving = time.monotonic()  # since when a request is expected or arriving
        self.taking: float | None = None  # since when an answer is waiting to be taken
        super().__init__(*args, **more)

    def received(self, data: bytes) -> Any:
        if self.request is None and not self.requests and self.served:
            self.arriving = time.monotonic()
            self.served = False
        return super().received(data)

    served = False  # whether a request was answered, so that the connection may rest until the next one

    def service(self) -> None:
        self.served = True
        super().service()

    @property
    def idle(self) -> bool:
        """Whether no whole request has come and no answer is on its way."""
        return not self.requests and not self.total_outbufs_len

    def overdue(self, now: float) -> bool:
        """Whether its time is over; to be asked again and again."""
        if not self.total_outbufs_len:
            self.taking = None
            longest = SEND if getattr(self.request, "large", False) else ARRIVE
            return bool(self.idle and not self.served and now - self.arriving > longest)
        self.taking = self.taking or now
        return now - self.taking > TAKE


class Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress with deadlines, and with room for whoever comes."""

    channel_class = _Channel

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        moment = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.overdue(moment):
                channel.will_close = True

    def handle_accept(self) -> None:
        if len(self.active_channels) >= ROOM:
            idle = [one for one in self.active_channels.values() if one.idle]
            if idle:
                min(idle, key=lambda one: one.arriving).handle_close()
        super().handle_accept()


def make_server(app: Any, host: str, port: int, body: int = BODY_BYTES) -> Server:
    """A server that listens, and takes bodies of so many bytes; `run()` serves, `close()` ends. OSError when the address is taken."""
    settings = Adjustments(
        host=host,
        port=port,
        ident="",
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=body,
        channel_timeout=30,
        cleanup_interval=1,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        trusted_proxy=PROXY,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    settings.may_send, settings.malformed = (getattr(app, name, None) for name in ("may_send", "malformed"))
    address = min(settings.listen, key=lambda one: one[0] != socket.AF_INET)
    threads = ThreadedTaskDispatcher()
    try:
        server = Server(app, map={}, dispatcher=threads, adj=settings, sockinfo=address)
    except OSError:
        threads.shutdown()
        raise
    threads.set_thread_count(THREADS)
    return server
