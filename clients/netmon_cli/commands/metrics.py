"""``netmon-cli metrics``: the collector's figures of itself for Prometheus."""

import click

from netmon_cli.session import Session

_EXAMPLES = """\b
Examples:
  netmon-cli metrics
  netmon-cli metrics --listen 127.0.0.1:9187
  netmon-cli metrics --listen /run/user/1000/netmon-metrics.sock
"""


@click.command(epilog=_EXAMPLES)
@click.option("--listen", "place", metavar="ADDRESS", help="Serve /metrics at 127.0.0.1:PORT, or on a socket's path.")
@click.pass_obj
def metrics(session: Session, *, place: str | None) -> None:
    """Print drops, queues, owners found, CPU and memory of the collector as Prometheus reads them.

    Labels hold no names of programs, hosts or users, and no addresses. With --listen they are served until it is ended.
    """
    from netmon_cli.actions.metrics import print_metrics, serve_metrics  # noqa: PLC0415 -- not for --help

    if place is None:
        print_metrics(session)
    else:
        serve_metrics(session, place)
