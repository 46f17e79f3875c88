"""The two programs that a client may talk to, as errors name them."""

import shlex
from dataclasses import dataclass
from typing import Final

from netmon_client.errors import CollectorUnreachable, RecorderUnreachable
from netmon_client.socket_path import check_command, default_recorder_path, start_command


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program with a service. ``unreachable``: the error for nobody answering; ``unit``: its name in the journal."""

    name: str
    unit: str
    unreachable: type[CollectorUnreachable]

    def start_command(self, path: str) -> str:
        """Give the command that starts it at ``path``."""
        if self is COLLECTOR:
            return start_command(path)
        return self.unit + ("" if path == default_recorder_path() else f" --socket {shlex.quote(path)}")

    def check_command(self, path: str) -> str:
        """Give the command that looks what is wrong with it."""
        return check_command(path) if self is COLLECTOR else "netmon-cli doctor"


COLLECTOR: Final = Peer(name="collector", unit="netmon-collector", unreachable=CollectorUnreachable)
RECORDER: Final = Peer(name="recorder", unit="netmon-recorder", unreachable=RecorderUnreachable)
