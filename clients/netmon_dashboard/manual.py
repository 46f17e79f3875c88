"""What the manual page of ``netmon-dashboard`` tells; ``netmon.pages`` writes it."""

from netmon.pages import Program
from netmon_dashboard.cli import build_parser

__all__ = ["program"]


def program() -> Program:
    """Give the program."""
    return Program(
        parser=build_parser(),
        section=1,
        exit_codes=(
            (0, "ended by Ctrl-C or SIGTERM"),
            (1, "no port to listen on, or it ended by itself"),
            (2, "wrong usage"),
        ),
        see_also=("netmon-cli(1)", "netmon-collector(8)", "netmon-recorder(8)"),
    )
