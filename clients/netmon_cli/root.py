"""The command line: which commands there are, and the options that stand before them."""

from importlib import import_module

import click

__all__ = ["root"]

# Section, name, module of `commands`, and the line in the overview: so that --help imports none of them.
_COMMANDS = (
    ("Watch", "stream", "stream", "Watch live, or feed another program"),
    ("Watch", "top", "top", "The live view, with keys"),
    ("Watch", "connections", "connections", "Who talks to whom, now"),
    ("Watch", "apps", "apps", "What each application moved"),
    ("Watch", "domains", "domains", "What was moved with whom, by name"),
    ("Watch", "interfaces", "interfaces", "What each interface carries"),
    ("Watch", "explain", "explain", "How the owner of a connection was found, or why there is none"),
    ("Watch", "dashboard", "dashboard", "The same in a browser, and more"),
    ("History", "history", "history", "What was moved by hour, day, month, application, domain"),
    ("History", "export", "export", "Write history to a file: CSV, JSON, JSON lines"),
    ("History", "alerts", "alerts", "Tell when usage exceeds a bound"),
    ("History", "aggregate", "upkeep", "Check the sums of hours and days, and mend them"),
    ("History", "cleanup", "upkeep", "Delete what is old"),
    ("Collector", "status", "status", "State of the collector"),
    ("Collector", "doctor", "doctor", "What is wrong, and how to mend it"),
    ("Collector", "audit", "audit", "Hold the sums against the system's own counters"),
    ("Collector", "metrics", "metrics", "Its figures of itself, for Prometheus"),
    ("Collector", "start", "control", "Begin to capture again, for everybody"),
    ("Collector", "stop", "control", "Stop the capture, for everybody"),
    ("Collector", "clear", "control", "Let all sums begin anew, for everybody"),
    ("Collector", "refresh", "control", "Look at interfaces, sockets and processes anew"),
    ("Program", "completion", "about", "Completion for bash, zsh, fish"),
    ("Program", "man", "about", "The manual page"),
    ("Program", "version", "about", "The version of this program"),
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's own signature
        """Give the names in the order of the overview."""
        return [name for _, name, _, _ in _COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        """Import a command."""
        for _, name, module, _ in _COMMANDS:
            if name == cmd_name:
                command: click.Command = getattr(import_module(f"netmon_cli.commands.{module}"), name)
                _name_variables(command, f"NETMON_{name}")
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was meant, or say which one is near."""
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            import difflib  # noqa: PLC0415 -- for those who mistype

            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1, cutoff=0.5)
            hint = f": did you mean {near[0]}?" if near else ""
            raise click.UsageError(f'no command "{name}"{hint}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        """Write the overview by section."""
        for section in dict.fromkeys(section for section, _, _, _ in _COMMANDS):
            with formatter.section(section):
                formatter.write_dl([(name, text) for place, name, _, text in _COMMANDS if place == section], col_max=14)


def _name_variables(command: click.Command, prefix: str) -> None:
    """Name the variable of each option after what is typed: ``--output``, while click knows it as ``format``."""
    for option in command.params:
        long = next((word for word in option.opts if word.startswith("--")), None)
        if isinstance(option, click.Option) and long is not None:
            option.envvar = f"{prefix}_{long.removeprefix('--')}".upper().replace("-", "_")
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            _name_variables(inner, f"{prefix}_{name}")


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NETMON", "max_content_width": 100},
    epilog="Each command has its own --help. Defaults: ~/.config/netmon/cli.toml (netmon-cli man tells).",
)
@click.option("--socket", metavar="PATH", help="Socket of the collector.")
@click.option("--recorder-socket", metavar="PATH", help="Socket of the recorder, which keeps history.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def root(context: click.Context, *, socket: str | None, recorder_socket: str | None, color: str, debug: bool) -> None:
    """See which program on this machine talks to whom, how fast and how much."""
    from netmon_cli.session import Session  # noqa: PLC0415 -- not for --help

    context.obj = Session(socket=socket, recorder_socket=recorder_socket, color=color, debug=debug)
