"""``netmon-cli status``: the state of the collector."""

import click

from netmon_cli.options import output_options
from netmon_cli.session import Session
from netmon_cli.shape import Shape


@click.command()
@click.option("--watch", is_flag=True, help="Show it anew each second.")
@click.option("--paths", is_flag=True, help="Only show which files are used; needs no collector.")
@output_options(formats=("table", "json", "jsonl"), rows=False)
@click.pass_obj
def status(session: Session, *, watch: bool, paths: bool, shape: Shape) -> None:
    """Show the state of the collector, and what you may do."""
    from netmon_cli.actions.status import print_paths, print_status, watch_status  # noqa: PLC0415 -- not for --help

    if paths:
        print_paths(session, shape)
        return
    with session.client() as client:
        if watch:
            watch_status(session, client, shape)
        else:
            print_status(session, client.status(), shape)
