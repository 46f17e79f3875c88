"""What ``metrics`` does: prints the figures once, or serves them to a scraper of this machine until it is stopped."""

import os
import socket
import socketserver
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import EADDRINUSE, ECONNREFUSED
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from netmon_cli.failure import fault_lines
from netmon_cli.session import Session
from netmon_cli.stopping import Stopped, Stopping
from netmon_client import NetmonError
from netmon_client.metrics import CONTENT_TYPE, METRICS_PATH, metrics_text
from netmon_client.printable import visible

if TYPE_CHECKING:
    from netmon_client import Client

__all__ = ["QuietServer", "print_metrics", "serve_metrics"]

_HERE: Final = "127.0.0.1"
_REQUEST_SECONDS: Final = 5.0


def print_metrics(session: Session) -> None:
    """Ask once and print."""
    with session.client() as client:
        session.write(*_text(client).splitlines())


def serve_metrics(session: Session, place: str) -> None:
    """Serve at ``127.0.0.1:PORT`` or on a Unix socket of ours alone, until the program is told to end."""
    # The signals are taken before there is a file, so that it does not outlive the program.
    with Stopping() as stopping, session.client() as client, _server(place, partial(_text, client)) as server:
        at = place if place.startswith("/") else f"http://{_HERE}:{server.server_address[1]}{METRICS_PATH}"
        session.say(f"metrics are served at {at}")
        try:
            for _ in stopping.items(_requests(server)):
                pass
        except Stopped as stopped:
            raise SystemExit(stopped.exit_code) from None


def _requests(server: socketserver.TCPServer) -> Iterator[None]:
    while True:
        yield server.handle_request()


def _text(client: "Client") -> str:
    return metrics_text(client.status(), client.snapshot())


class _Handler(BaseHTTPRequestHandler):
    """Answers GET /metrics. Nothing is logged."""

    timeout = _REQUEST_SECONDS

    def __init__(
        self,
        request: socket.socket,
        client_address: str | tuple[str, int],
        server: socketserver.BaseServer,
        *,
        text: Callable[[], str],
    ) -> None:
        """Answer a connection. ``text`` gives what is served, or raises ``NetmonError`` without a collector."""
        self._text = text
        super().__init__(request, client_address, server)  # which answers, and returns when that is done

    def do_GET(self) -> None:
        """Answer, where the request names this machine: a page of another site must not read it (DNS rebinding)."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        is_unix = isinstance(self.client_address, str) or not self.client_address
        if not is_unix and host not in {_HERE, "localhost"}:
            self._answer(HTTPStatus.FORBIDDEN, "this serves 127.0.0.1 alone\n")
        elif self.path.partition("?")[0] != METRICS_PATH:
            self._answer(HTTPStatus.NOT_FOUND, f"only {METRICS_PATH} is here\n")
        else:
            try:
                text = self._text()
            except NetmonError as error:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")
            else:
                self._answer(HTTPStatus.OK, text, CONTENT_TYPE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's own name
        """Say nothing."""

    def _answer(self, status: HTTPStatus, text: str, content_type: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)


def _server(place: str, text: Callable[[], str]) -> socketserver.TCPServer:
    """Bind. Not http.server's own class: that asks the resolver for this machine's name when it binds."""
    handler = partial(_Handler, text=text)
    try:
        if place.startswith("/"):
            return _bound_to_path(Path(place), handler)
        host, _, port = place.rpartition(":")
        if host != _HERE or not port.isdecimal() or int(port) > 65_535:
            raise click.UsageError(
                f"--listen takes {_HERE}:PORT or the path of a socket, not {place!r}",
                click.get_current_context(silent=True),
            )
        return _TcpServer((_HERE, int(port)), handler)
    except OSError as error:
        raise click.UsageError(
            f"cannot listen at {place}: {error.strerror or error}", click.get_current_context(silent=True)
        ) from None


class QuietServer(socketserver.TCPServer):
    """Tells of what went wrong with a request in a line, and of a scraper that went away not at all."""

    timeout = 1.0
    """Seconds until it looks for a signal: one that comes right before it begins to wait does not wake it."""

    def handle_error(
        self,
        request: socket.socket | tuple[bytes, socket.socket],  # noqa: ARG002 -- the base class's own; so below
        client_address: object,  # noqa: ARG002
    ) -> None:
        """Say it, while the error is being handled; the next request is answered."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError | TimeoutError):
            sys.stderr.write(f"{visible(fault_lines(error)[0])}\n")


class _TcpServer(QuietServer):
    allow_reuse_address = True


class _PathServer(QuietServer):
    """Serves on a Unix socket, whose file goes with it."""

    address_family = socket.AF_UNIX
    _file: os.stat_result | None = None

    @property
    def _path(self) -> Path:
        return Path(str(self.server_address))

    def server_bind(self) -> None:
        """Bind, in place of a socket that somebody left behind who could not clean up."""
        try:
            super().server_bind()
        except OSError as error:
            if error.errno != EADDRINUSE or not _is_left_over(self._path):
                raise
            self._path.unlink()
            super().server_bind()
        self._file = self._path.lstat()

    def server_close(self) -> None:
        """Remove the file, if it is still ours, and close."""
        with suppress(FileNotFoundError):
            if self._file is not None and os.path.samestat(self._file, self._path.lstat()):
                self._path.unlink()
        super().server_close()


def _is_left_over(path: Path) -> bool:
    """Tell whether this is a socket on which nobody listens any more."""
    if not stat.S_ISSOCK(path.lstat().st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(0)  # a full queue has somebody who listens
        return probe.connect_ex(str(path)) == ECONNREFUSED


def _bound_to_path(path: Path, handler: Callable[..., _Handler]) -> socketserver.TCPServer:
    """Bind a socket that its owner alone can open; one on which somebody listens is not touched."""
    mask = os.umask(0o177)
    try:
        return _PathServer(str(path), handler)  # pyright: ignore[reportArgumentType] -- AF_UNIX takes a path
    finally:
        os.umask(mask)
