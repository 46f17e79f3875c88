"""What the manual page of ``netmon-recorder`` tells; ``netmon.pages`` writes it."""

from netmon.pages import Program
from netmon_client.socket_path import system_recorder_path
from netmon_recorder import cli
from netmon_recorder.settings import SYSTEM_DATABASE, build_parser

__all__ = ["program"]


def program() -> Program:
    """Give the program."""
    return Program(
        parser=build_parser(),
        section=8,
        exit_codes=(
            (cli.EXIT_STOPPED, "stopped by SIGTERM or SIGINT"),
            (cli.EXIT_CONFIG, "a flag or a setting is wrong"),
            (cli.EXIT_MISSING, "something is missing: a directory, a library"),
            (cli.EXIT_DISK_FULL, "the disk is full: as a service it tries again"),
            (cli.EXIT_ALREADY_RUNNING, "another recorder writes to this history already"),
            (cli.EXIT_TOO_NEW, "the history is of a newer version"),
        ),
        files=(
            ("/etc/netmon/recorder.toml", "settings, under the names of the options"),
            (str(SYSTEM_DATABASE), "the history, where it runs as a service"),
            (system_recorder_path(), "the socket, where it runs as a service"),
        ),
        see_also=("netmon-cli(1)", "netmon-collector(8)", "netmon-dashboard(1)"),
    )
