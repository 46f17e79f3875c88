"""``netmon-cli dashboard``: the same in a browser."""

import click

from netmon_cli.session import Session


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Port to serve on, else the next free one.")
@click.pass_obj
def dashboard(session: Session, *, port: int | None) -> None:
    """Start the dashboard for a browser on this machine, and print its link.

    Ctrl-C ends it.
    """
    from netmon_cli.actions.dashboard import start  # noqa: PLC0415 -- not for --help

    start(session, port)
