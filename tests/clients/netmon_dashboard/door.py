"""Knocking at a dashboard's port as a program does that is no browser: any header, any WebSocket."""

import http.client
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.support.dashboard_process import DashboardProcess

SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Door:
    """The port of a dashboard that runs."""

    def __init__(self, program: DashboardProcess) -> None:
        self.program = program
        self.host = f"127.0.0.1:{program.port}"
        self.origin = f"http://{self.host}"
        let_in = self.get(f"/?token={program.token}")
        self.cookie = let_in.headers["set-cookie"].partition(";")[0]

    def get(self, path: str, *, method: str = "GET", host: str = "", **headers: str) -> Answer:
        """Ask; ``host``: another Host than the right one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=SECONDS)
        try:
            connection.request(method, path, headers={"Host": host or self.host, **headers})
            answer = connection.getresponse()
            pairs = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=pairs, body=answer.read())
        finally:
            connection.close()

    @contextmanager
    def socket(
        self,
        path: str,
        *,
        host: str = "",
        origin: str | None = None,
        protocol: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Generator[ClientConnection]:
        """Open a WebSocket; ``host`` and ``origin``: others than the right ones, "" for no Origin."""
        sent = self.origin if origin is None else origin
        with connect(
            f"ws://{host or self.host}{path}",
            address=("127.0.0.1", self.program.port),
            origin=Origin(sent) if sent else None,
            subprotocols=[Subprotocol(protocol)] if protocol else None,
            additional_headers=headers or {},
            open_timeout=SECONDS,
            close_timeout=1,
            max_size=None,
            proxy=None,
        ) as opened:
            yield opened

    def socket_status(
        self, path: str, *, host: str = "", origin: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """How an attempt to open a WebSocket is answered; 101 where it opens."""
        try:
            with self.socket(path, host=host, origin=origin, headers=headers):
                return Answer(status=101, headers={}, body=b"")
        except InvalidStatus as refused:
            answer = refused.response
            pairs = {name.lower(): value for name, value in answer.headers.raw_items()}
            return Answer(status=answer.status_code, headers=pairs, body=bytes(answer.body or b""))


def first_run(socket: ClientConnection, *, until: bytes) -> bytes:
    """What Streamlit sends for a tab's first run of the script, up to a text that is awaited."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    socket.send(message.SerializeToString())
    told = b""
    while until not in told:
        part = socket.recv(SECONDS)
        assert isinstance(part, bytes)
        told += part
    return told
