"""The way to the recorder: one client for all sessions of this server, found anew where its socket moved."""

import threading

from netmon.model import Caller
from netmon_client.history_client import HistoryClient, connect_history
from netmon_client.socket_path import default_recorder_path

__all__ = ["RecorderLink"]

_ANSWER_SECONDS = 10.0  # a year on a busy disk; the page says that it reads meanwhile


class RecorderLink:
    """Gives a client of the recorder at ``socket``, else of the one that is found. May be used from several threads."""

    def __init__(self, socket: str | None = None) -> None:
        self._socket = socket
        self._lock = threading.Lock()
        self._client: HistoryClient | None = None
        self._caller: tuple[HistoryClient, Caller] | None = None

    def client(self) -> HistoryClient:
        """Give the client. A user's own recorder that was started meanwhile is preferred, as for every client."""
        path = self._socket or default_recorder_path()
        with self._lock:
            if self._client is None or self._client.socket != path:
                if self._client is not None:
                    self._client.close()
                self._client = connect_history(path, timeout=_ANSWER_SECONDS)
            return self._client

    def caller(self) -> Caller:
        """Give who this server is taken for: asked once, since it stays so. Raises NetmonError."""
        client, known = self.client(), self._caller
        if known is None or known[0] is not client:
            known = self._caller = (client, client.status().recorder.caller)
        return known[1]

    @property
    def told_socket(self) -> str:
        """The path where it was given, else ""; commands to copy name it then."""
        return self._socket or ""

    def close(self) -> None:
        """Let go of the recorder."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()
