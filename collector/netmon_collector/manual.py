"""What the manual page of ``netmon-collector`` tells; ``netmon.pages`` writes it."""

from netmon.pages import Program
from netmon_collector import cli
from netmon_collector.config import CONFIG_PATH, LINUX_SOCKET, build_parser

__all__ = ["program"]


def program() -> Program:
    """Give the program."""
    return Program(
        parser=build_parser(),
        section=8,
        exit_codes=(
            (cli.EXIT_STOPPED, "stopped by SIGTERM or SIGINT"),
            (cli.EXIT_CONFIG, "a flag or a setting is wrong"),
            (cli.EXIT_MISSING, "something is missing: an interface, a file, a library"),
            (cli.EXIT_OWNERS_LOST, "as a service: nobody can find owners any more, only another run"),
            (cli.EXIT_ALREADY_RUNNING, "another collector runs already"),
            (cli.EXIT_NO_PERMISSION, "no right to capture packets"),
            (cli.EXIT_UNSAFE, "as a service: others than root may change the code"),
        ),
        files=(
            (str(CONFIG_PATH), "settings, under the names of the options"),
            (
                str(LINUX_SOCKET),
                "the socket: every user may connect, and sees their own part; who called sudo and group netmon see all",
            ),
        ),
        see_also=("netmon-cli(1)", "netmon-dashboard(1)", "netmon-recorder(8)"),
    )
