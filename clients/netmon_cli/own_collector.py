"""A collector that this program starts, and ends again."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netmon.model import Status
from netmon.sudo import sudo_command
from netmon_cli.own_child import ChildFailed, OwnChild
from netmon_client import Client
from netmon_client.errors import NetmonError

__all__ = ["OwnCollector", "Plan", "exit_words"]

_START_SECONDS: Final = 10.0

_EXIT_WORDS: Final = {
    2: "It refused its settings (the line above says which); they stand in /etc/netmon/collector.toml too.",
    69: "Something that it needs is missing: libpcap, or the interface (the line above says which).",
    75: "A collector is running already, at another socket. Use it:  NETMON_SOCKET=PATH make run",
    77: "It has no right to capture packets. As root:  sudo make run     without root:  make demo",
}


def exit_words(exit_code: int) -> str:
    """Say what an exit code of the collector means, and what to do."""
    if exit_code < 0:
        return f"It was ended by signal {-exit_code}."
    return _EXIT_WORDS.get(
        exit_code, f"It ended with code {exit_code}; run it by hand to see why:  {sudo_command('netmon-collector')}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a collector is started. ``with_sudo``: through sudo, whose password was asked for already."""

    program: Sequence[str]
    arguments: Sequence[str]
    with_sudo: bool = False

    def command(self) -> list[str]:
        """Give the command line."""
        sudo = [shutil.which("sudo") or "sudo"] if self.with_sudo else []
        return [*sudo, *self.program, *self.arguments]


class OwnCollector(OwnChild):
    """A collector for this time; ``warnings`` gives what matters of its log."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("collector", plan.command())

    def wait_until_it_answers(self, client: Client) -> Status:
        """Give its status as soon as it answers. Raise `ChildFailed` if it ends before, or takes too long."""
        why = ""

        def look() -> Status | None:
            nonlocal why
            try:
                return client.status()
            except NetmonError as error:
                why = f" {error}."
                return None

        try:
            return self.wait_for(look, seconds=_START_SECONDS, exit_words=exit_words)
        except ChildFailed as failure:
            raise ChildFailed(f"{failure}{why if self.exit_code is None else ''}") from None
