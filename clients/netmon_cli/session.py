"""One run of the program: which collector, and where data and talk go. Data is stdout, talk is stderr."""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netmon_cli.render.palette import Style
from netmon_cli.render.text import advice_lines, wrapped
from netmon_cli.terminal import Terminal, terminal_of
from netmon_client.printable import visible

if TYPE_CHECKING:
    from netmon_client import Client, HistoryClient

__all__ = ["Session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the options of the program itself say; ``socket`` None: where the collector usually is.

    ``recorder_socket``: the same of the recorder.
    """

    socket: str | None = None
    recorder_socket: str | None = None
    color: str = "auto"
    debug: bool = False

    def client(self) -> "Client":
        """Connect, or raise what the SDK raises."""
        from netmon_client import connect  # noqa: PLC0415 -- gRPC costs 60 ms, which --help need not pay

        return connect(self.socket)

    def history(self, timeout: float = 5.0) -> "HistoryClient":
        """Give a client of the recorder; ``timeout``: seconds that an answer may take."""
        from netmon_client import connect_history  # noqa: PLC0415 -- as above

        return connect_history(self.recorder_socket, timeout=timeout)

    @property
    def socket_path(self) -> str:
        """Where the collector is looked for."""
        from netmon_client.socket_path import default_socket_path  # noqa: PLC0415 -- 4 ms that --help need not pay

        return self.socket or default_socket_path()

    @property
    def recorder_path(self) -> str:
        """Where the recorder is looked for."""
        from netmon_client.socket_path import default_recorder_path  # noqa: PLC0415 -- as above

        return self.recorder_socket or default_recorder_path()

    def command(self, command: str) -> str:
        """Give a command of this program for the same collector, as it is to be typed."""
        from netmon_client.socket_path import cli_command  # noqa: PLC0415 -- as above

        return cli_command(self.socket_path, command)

    def terminal(self) -> Terminal:
        """Look at standard output as it is now: windows change their size."""
        return terminal_of(sys.stdout, os.environ, color=self.color)

    def write(self, *lines: str) -> None:
        """Write lines of data and hand them over at once, so that a pipe's reader is never behind."""
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()

    def tell(self, *sentences: str) -> None:
        """Write sentences that are what was asked for; a terminal gets them with no word torn, a pipe as they are."""
        width = self.terminal().width
        self.write(*(line for sentence in sentences for line in wrapped(visible(sentence), width, indent=2)))

    def control(self, text: str) -> None:
        """Write to the terminal as it stands, cursor movements included."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def say(self, text: str, style: Style = Style.PLAIN) -> None:
        """Tell the user something that is no data; a terminal gets it with no word torn."""
        terminal = terminal_of(sys.stderr, os.environ, color=self.color)
        for line in wrapped(visible(text), terminal.width, indent=2):
            sys.stderr.write(terminal.palette.paint(line, style) + "\n")
        sys.stderr.flush()

    def advise(self, text: str, style: Style = Style.PLAIN) -> None:
        """Tell the user what to type next: no command is broken."""
        terminal = terminal_of(sys.stderr, os.environ, color=self.color)
        for line in advice_lines(visible(text), terminal.width):
            sys.stderr.write(terminal.palette.paint(line, style) + "\n")
        sys.stderr.flush()

    def progress(self, text: str) -> None:
        """Show how far something is, in place of what was shown before; for a terminal alone (EL: ECMA-48, 8.3.41)."""
        sys.stderr.write(f"\r\x1b[K{visible(text)}")
        sys.stderr.flush()
