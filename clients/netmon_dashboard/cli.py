"""The command line of ``netmon-dashboard``.

Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 no port to listen on, 2 usage.
"""

import argparse
import errno
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from netmon import __version__

__all__ = ["build_parser", "main"]

HOST: Final = "127.0.0.1"
_PORT: Final = 8501
_PORT_VARIABLE: Final = "NETMON_DASHBOARD_PORT"
_TRIED_PORTS: Final = 100
_MOST_PORT: Final = 65_535
_SHORTEST_TOKEN: Final = 16
_LONGEST_TOKEN: Final = 1_024
_METRICS_SAID: Final = {
    "token": ", for who sends the token (Authorization: Bearer)",
    "open": ", for every user of this machine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the words of the command line say. ``socket``, ``recorder`` None: the usual ones.

    ``metrics``: who may read them, "token" or "open"; "" nobody. ``metrics_token`` "": that of the link.
    """

    port: int
    socket: str | None
    recorder: str | None = None
    metrics: str = ""
    metrics_token: str = field(default="", repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the dashboard until Ctrl-C or SIGTERM, which ends the process; give the exit code where it cannot."""
    options = parse(arguments, os.environ)
    logging.basicConfig(level=logging.WARNING, format="netmon-dashboard: %(levelname)s %(message)s")
    try:
        listener = bind_near(options.port)
    except OSError as error:
        _say(f"netmon-dashboard: cannot listen on {HOST}:{options.port}: {os.strerror(error.errno or errno.EIO)}.")
        _say("Take another port:  netmon-dashboard --port 8600")
        return 1
    port: int = listener.getsockname()[1]
    if options.port not in (0, port):
        _say(f"note       port {options.port} is busy, so the dashboard is on {port}")
    if os.geteuid() == 0:
        _say("note       netmon-dashboard runs as root here; it needs no root")
    # Streamlit takes a second to import: neither for --help, nor before a wrong port is told.
    from netmon_client.metrics import METRICS_PATH  # noqa: PLC0415
    from netmon_dashboard.metrics_route import Scrapers  # noqa: PLC0415
    from netmon_dashboard.server import new_keys, serve_until_signal  # noqa: PLC0415

    keys = new_keys(port)
    scrapers = None
    if options.metrics:
        scrapers = Scrapers(token=None if options.metrics == "open" else options.metrics_token or keys.token)
        _say(f"note       metrics are at http://{HOST}:{port}{METRICS_PATH}{_METRICS_SAID[options.metrics]}")
    ready = _announcing(f"dashboard  http://{HOST}:{port}/?token={keys.token}")
    has_served = serve_until_signal(
        listener, keys=keys, collector=options.socket, recorder=options.recorder, scrapers=scrapers, ready=ready
    )
    # All is closed and nothing is left to write. To take the interpreter apart, with gRPC's poller and Streamlit's
    # modules in it, took 0.2 s on an idle machine and up to 1.2 s on a busy one.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0 if has_served else 1)


def parse(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> Options:
    """Read the command line, and what it leaves open from the environment. Exits 0 for help, 2 for wrong usage."""
    parser = build_parser()
    words = parser.parse_args(arguments)
    port: int | None = words.port
    if port is None:
        try:
            port = _port(environ.get(_PORT_VARIABLE) or str(_PORT))
        except argparse.ArgumentTypeError as error:
            parser.error(f"{_PORT_VARIABLE}: {error}")
    for path in (words.socket or environ.get("NETMON_SOCKET"), words.recorder_socket):
        if path is not None and not path.isprintable():
            parser.error("the socket's path holds bytes that no page can show")
    token = ""
    if words.metrics_token_file is not None:
        if words.metrics == "open":
            parser.error("--metrics-token-file goes with --metrics token")
        try:
            token = _token_in(words.metrics_token_file)
        except (OSError, ValueError) as error:
            parser.error(f"--metrics-token-file: {error.strerror if isinstance(error, OSError) else error}")
    metrics = words.metrics or ("token" if token else "")
    return Options(port=port, socket=words.socket, recorder=words.recorder_socket, metrics=metrics, metrics_token=token)


def build_parser() -> argparse.ArgumentParser:
    """Give what reads the command line."""
    parser = argparse.ArgumentParser(
        prog="netmon-dashboard",
        description="Watch in the browser which program talks to whom. It serves on 127.0.0.1 only, needs no root, and "
        "prints the link that opens it; the collector may be started before or after it.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help=f"port to serve on, else the next free one; 0: any (default: {_PORT_VARIABLE}, else {_PORT})",
    )
    parser.add_argument(
        "--socket", metavar="PATH", help="socket of the collector (default: NETMON_SOCKET, else the usual)"
    )
    parser.add_argument(
        "--recorder-socket",
        metavar="PATH",
        help="socket of the recorder (default: NETMON_RECORDER_SOCKET, else the usual)",
    )
    parser.add_argument(
        "--metrics",
        choices=("token", "open"),
        help="serve the collector's figures of itself at /metrics for Prometheus: to who bears the link's token "
        "(Authorization: Bearer), or openly to every user of this machine",
    )
    parser.add_argument(
        "--metrics-token-file",
        metavar="PATH",
        help="take the token of --metrics from this file, so that it stays the same over restarts",
    )
    parser.add_argument("--version", action="version", version=f"netmon-dashboard {__version__}")
    return parser


def bind_near(port: int) -> socket.socket:
    """Give a socket that listens on this port of 127.0.0.1, or on the next one that is free; 0: on any.

    Raise OSError if none of the next hundred is free, or this one is not for this user.
    """
    last = min(port + _TRIED_PORTS, _MOST_PORT) if port else 0
    for candidate in range(port, last):
        try:
            return _listening(candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _listening(last)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Lets a port be taken while connections of a dashboard that has ended linger (TIME_WAIT).
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _token_in(path: str) -> str:
    """Read a token. Raises ``OSError``, and ``ValueError`` for one that could be guessed or does not fit a header."""
    token = Path(path).read_text(encoding="utf-8").strip()
    if not _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise ValueError(f"the token must have {_SHORTEST_TOKEN} to {_LONGEST_TOKEN} printable characters")
    return token


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > _MOST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {_MOST_PORT}")
    return int(text)


def _announcing(line: str) -> Callable[[], None]:
    def ready() -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return ready


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
