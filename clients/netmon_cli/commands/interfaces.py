"""``netmon-cli interfaces``: what each interface carries, and whether it is captured."""

import click

from netmon_cli.options import output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape


@click.command()
@output_options()
@click.pass_obj
def interfaces(session: Session, *, shape: Shape) -> None:
    """List interfaces with their traffic and the state of their capture."""
    from netmon_cli.actions.interfaces import list_interfaces  # noqa: PLC0415 -- not for --help

    list_interfaces(session, shape)
