"""``version``, ``completion`` and ``man``: what the program says of itself, without a collector."""

import platform

import click

from netmon_cli.session import Session

_INSTALL = {
    "bash": "netmon-cli completion bash > ~/.local/share/bash-completion/completions/netmon-cli",
    "zsh": 'netmon-cli completion zsh > "${fpath[1]}/_netmon-cli"',
    "fish": "netmon-cli completion fish > ~/.config/fish/completions/netmon-cli.fish",
}


@click.command()
@click.pass_obj
def version(session: Session) -> None:
    """Show the version of this program."""
    from importlib.metadata import version as version_of  # noqa: PLC0415 -- 15 ms for one command

    session.write(f"netmon-cli {version_of('netmon-suite')} (schema netmon.v1, Python {platform.python_version()})")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion of a shell; the first line says where it goes."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 -- for this command alone

    root = context.find_root()
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}", context)
    name = root.info_name or "netmon-cli"
    source = kind(root.command, {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source()
    session: Session = context.obj
    session.write(
        f"# {_INSTALL[shell]}" if shell != "zsh" else f"#compdef {name}", source.removeprefix(f"#compdef {name}\n")
    )


@click.command()
@click.pass_context
def man(context: click.Context) -> None:
    """Print the manual page; to read it: netmon-cli man | man -l -."""
    from netmon_cli.manual import manual_page  # noqa: PLC0415 -- for this command alone

    session: Session = context.obj
    session.write(*manual_page(context.find_root()))
