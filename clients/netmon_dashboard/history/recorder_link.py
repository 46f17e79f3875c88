"""The way to the recorder: one client for all sessions of this server, found anew where its socket moved."""

import threading
from collections.abc import Callable
from typing import Final

from netmon.model import Caller
from netmon_client.clock import monotonic
from netmon_client.history_client import HistoryClient, connect_history
from netmon_client.socket_path import default_recorder_path

__all__ = ["RecorderLink"]

_ANSWER_SECONDS = 10.0  # a year on a busy disk; the page says that it reads meanwhile

_CALLER_SECONDS: Final = 10.0
"""How long an answer to who asks is kept: the recorder counts its rows for each."""


class RecorderLink:
    """Gives a client of the recorder at ``socket``, else of the one that is found. May be used from several threads."""

    def __init__(self, socket: str | None = None, *, clock: Callable[[], float] = monotonic) -> None:
        self._socket = socket
        self._clock = clock
        self._lock = threading.Lock()
        self._client: HistoryClient | None = None
        self._caller: tuple[HistoryClient, float, Caller] | None = None

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
        """Give who this server is taken for, as it was 10 s ago at the most. Raises NetmonError.

        It may change: by a recorder that somebody else starts, or with the members of group netmon.
        """
        client, now, known = self.client(), self._clock(), self._caller
        if known is None or known[0] is not client or now - known[1] >= _CALLER_SECONDS:
            known = self._caller = (client, now, client.status().recorder.caller)
        return known[2]

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
