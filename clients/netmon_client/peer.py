"""The two programs that a client may talk to, as errors name them."""

import shlex
from dataclasses import dataclass
from typing import Final

from netmon_client.errors import CollectorUnreachable, RecorderUnreachable
from netmon_client.socket_path import cli_command, default_recorder_path, recorder_cli_command, start_command


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

    def cli_command(self, path: str, command: str) -> str:
        """Give a command of ``netmon-cli`` for the one at ``path``."""
        return cli_command(path, command) if self is COLLECTOR else recorder_cli_command(path, command)


COLLECTOR: Final = Peer(name="collector", unit="netmon-collector", unreachable=CollectorUnreachable)
RECORDER: Final = Peer(name="recorder", unit="netmon-recorder", unreachable=RecorderUnreachable)
