"""``start``, ``stop``, ``clear``, ``refresh``: what changes things for everybody on this machine."""

import click

from netmon_cli.session import Session
from netmon_client.words import counted


@click.command()
@click.pass_obj
def start(session: Session) -> None:
    """Begin to capture again, for everybody."""
    with session.client() as client:
        change = client.start()
    if change.state.name != "RUNNING":
        session.write("Monitoring does not run.")
        raise SystemExit(1)
    session.write("Monitoring runs again." if change.changed else "Monitoring runs already; nothing changed.")


@click.command()
@click.pass_obj
def stop(session: Session) -> None:
    """Stop the capture for everybody on this machine.

    To end only your own view, end that view.
    """
    with session.client() as client:
        change = client.stop()
        others = client.status().subscriber_count
    if not change.changed:
        session.write("Monitoring is stopped already; nothing changed.")
        return
    watching = f"; {counted(others, 'open view')} will stand still" if others else ""
    session.write(f"Monitoring is stopped for everybody on this machine{watching}.")
    session.write(f"Nothing is counted until somebody starts it:  {session.command('start')}")


@click.command()
@click.pass_obj
def clear(session: Session) -> None:
    """Let all sums begin anew, for everybody.

    The collector's counters stay monotone, so programs that read them notice nothing.
    """
    from netmon_client.words import clock_time  # noqa: PLC0415 -- not for --help

    with session.client() as client:
        epoch = client.clear()
    session.write(f"Sums count from {clock_time(epoch)} on, for everybody on this machine.")


@click.command()
@click.pass_obj
def refresh(session: Session) -> None:
    """Look at interfaces, sockets and processes anew, now.

    The recorder, where one runs, forgets keys and names that nothing is of any more.
    """
    from netmon_client.errors import RecorderUnreachable  # noqa: PLC0415 -- not for --help

    with session.client() as client:
        found = client.refresh()
    parts = (
        counted(found.socket_count, "socket"),
        f"{found.process_count:,} processes" if found.process_count != 1 else "1 process",
        counted(found.interface_count, "interface"),
    )
    session.write(f"Looked anew at {parts[0]}, {parts[1]} and {parts[2]}.")
    try:
        with session.history() as history:
            report = history.refresh_caches()
    except RecorderUnreachable:
        return  # it is a program of its own, which nobody needs to run
    keys, names = counted(report.removed_key_count, "key"), counted(report.removed_name_count, "name")
    session.write(f"The recorder forgot {keys} and {names} that nothing was of any more.")
