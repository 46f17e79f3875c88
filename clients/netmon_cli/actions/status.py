"""What ``status`` does: asks the collector, and says it in words."""

import sys
from contextlib import closing
from pathlib import Path

from netmon.model import MonitoringState, PacketSource, Section, ServiceLimits, Snapshot, Status, View, Visibility
from netmon_cli.columns.payload import is_without_packets
from netmon_cli.configuration import configuration_paths
from netmon_cli.documents import document, line, pretty
from netmon_cli.failure import EXIT_INTERRUPTED
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.text import screen_lines, wrapped
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stopping import Stopped, Stopping
from netmon_cli.stream.words import talk_of
from netmon_client import Client
from netmon_client.clock import wall_time
from netmon_client.coverage import ledger_words
from netmon_client.errors import CollectorUnreachable, NetmonError, NotPermitted, RecorderUnreachable
from netmon_client.feed import Disconnected, FeedItem, Reconnected, Stale
from netmon_client.history_answers import HistoryStatus
from netmon_client.history_checks import recorder_checks
from netmon_client.peer import RECORDER
from netmon_client.printable import visible
from netmon_client.units import ByteUnits, format_age, format_bytes
from netmon_client.words import clock_time, counted, names_words, percent, ways_words

__all__ = ["clients_words", "print_paths", "print_status", "status_lines", "watch_status"]

_RECORDER_SECONDS = 1.0


def watch_status(session: Session, client: Client, shape: Shape) -> None:
    """Ask again with each tick of the collector: the stream also tells when it is gone."""
    view = View(sections=frozenset({Section.INTERFACES}))
    drawn = 0
    with Stopping() as stopping, closing(stopping.items(client.snapshots(view))) as items:
        try:
            for item in items:
                if isinstance(item, Disconnected | Reconnected | Stale):
                    session.say(f"netmon-cli: {talk_of(item)}")
                    drawn = 0
                state = _state_at(item, client)
                if state is None:
                    continue
                repaints = shape.is_table and session.terminal().repaints
                if drawn and repaints:
                    session.control(f"\x1b[{drawn}F\x1b[J")
                drawn = print_status(session, state, shape, repaints=repaints)
        except Stopped as stopped:
            raise SystemExit(stopped.exit_code) from None
        except KeyboardInterrupt:
            raise SystemExit(EXIT_INTERRUPTED) from None


def _state_at(item: FeedItem, client: Client) -> Status | None:
    """Ask with a tick; None with anything else, and where the collector went meanwhile: the stream tells of that."""
    try:
        return client.status() if isinstance(item, Snapshot) else None
    except (CollectorUnreachable, NotPermitted):  # while it starts its folder may be closed for a moment
        return None


def print_status(session: Session, state: Status, shape: Shape, *, repaints: bool = False) -> int:
    """Print it, and what the recorder says; give the number of lines that a table takes on the screen.

    ``repaints``: it is to be drawn over, so that there may be no more of it than the screen holds.
    """
    history = _history_of(session)
    if not shape.is_table:
        from netmon_client.history_lines import history_status_object  # noqa: PLC0415 -- 10 ms that no table need pay; so below
        from netmon_client.lines import as_object  # noqa: PLC0415

        parts = history_status_object(history) if isinstance(history, HistoryStatus) else None
        fields = document("status", {**as_object(state), "history": parts})
        session.write(pretty(fields) if shape.format == "json" else line(fields))
        return 0
    terminal = session.terminal()
    units = shape.byte_units
    kept = _history_text(session, history, units)
    lines = status_lines(state, terminal.palette, terminal.width, history=kept, units=units)
    if repaints:
        from netmon_cli.stream.blocks import fitting  # noqa: PLC0415 -- for --watch alone

        lines = fitting(lines, terminal)
    session.write(*lines)
    return screen_lines(lines, terminal.width)


def _history_of(session: Session) -> HistoryStatus | NetmonError:
    """Ask the recorder, which the collector needs not: why it does not answer is an answer too."""
    try:
        with session.history(_RECORDER_SECONDS) as client:
            return client.status()
    except NetmonError as error:
        return error


def _history_text(session: Session, history: HistoryStatus | NetmonError, units: ByteUnits) -> str:
    if isinstance(history, RecorderUnreachable):
        return f"none is kept: no recorder answers (start it: {RECORDER.start_command(session.recorder_path)})"
    if isinstance(history, NetmonError):
        return f"{history.what} ({history.why})" if history.why else history.what
    checks = recorder_checks(
        history, wall_time(), socket=session.recorder_path, collector_socket=session.socket_path, units=units
    )
    return "; ".join(check.fact for check in checks)


def status_lines(
    state: Status, palette: Palette, width: int | None = None, *, history: str = "", units: ByteUnits = "si"
) -> list[str]:
    """Give the state in words, a line a subject; after it each thing that works less well than it could.

    ``width``: the cells of a line, where it ends somewhere. What is to be typed is never broken. ``history``: what the
    recorder says, where it was asked.
    """
    running = state.monitoring_state is MonitoringState.RUNNING
    chip, style = ("● running", Style.GREEN) if running else ("○ stopped", Style.GREY)
    since = "" if running else f" since {clock_time(state.monitoring_since)}"
    pids = ", ".join(str(pid) for pid in state.pids)
    head = f"{chip}{since}  netmon {visible(state.version)}, up {format_age(state.uptime_seconds)}, pid {pids}"
    first, *more = wrapped(head, width, indent=2)
    lines = [palette.paint(chip, style) + first.removeprefix(chip), *more]
    for name, text in (*_subjects(state, units), *((("history", history),) if history else ())):
        first, *more = wrapped(f"  {name:<10}{visible(text)}", width, indent=12)
        lines += [f"  {palette.paint(first[2:12], Style.DIM)}{first[12:]}", *more]
    for each in state.degraded:
        lines += [palette.paint(line, Style.YELLOW) for line in wrapped(f"! {visible(each.text)}", width, indent=2)]
        if each.remedy:
            lines.append(f"  {visible(each.remedy)}")
    return lines


def clients_words(limits: ServiceLimits, subscriber_count: int) -> str:
    """Say how much is served of how much: subscribers and connections, in all and of one user."""
    subscribers = f"{subscriber_count:,} of {limits.subscriber_limit:,} subscribers"
    connections = f"{limits.connection_count:,} of {limits.connection_limit:,} connections"
    a_user = f"{limits.subscribers_a_user:,} and {limits.connections_a_user:,}"
    return f"{subscribers}, {connections}; of one user {a_user} at the most"


def _subjects(state: Status, units: ByteUnits) -> list[tuple[str, str]]:
    drops = state.drops
    lost = drops.kernel_dropped_packets + drops.interface_dropped_packets
    share = "" if state.attributed_share is None else f"; {percent(state.attributed_share)} of the bytes have an owner"
    ways = ways_words(state.owner_ways) or "no way of finding them"
    source = "a recording, not this machine" if state.packet_source is PacketSource.RECORDING else "live"
    names = ", ".join(each.name for each in state.interfaces if each.state.name == "CAPTURING")
    packets = f"{source}: {names or 'no interface'}"
    if is_without_packets(state.degraded):
        packets = "not captured (--no-capture)"
    caller = state.caller
    uid = "" if caller.uid is None else f"uid {caller.uid}, "
    sees = "see everything" if caller.sees is not Visibility.OWN else "see your own processes, the rest as one sum"
    may = "may start, stop and clear" if caller.may_control else "may not start, stop or clear"
    ledger = ledger_words(state.ledger)
    rows = f"{state.tracked_connection_count:,} of {state.tracked_connection_limit:,} rows used"
    table = f"{counted(state.active_connection_count, 'open connection')}, {state.listening_count:,} listening; {rows}"
    memory = format_bytes(state.resident_bytes, units)
    cost = f"{state.cpu_seconds:.1f} s CPU, {memory}; {counted(state.subscriber_count, 'subscriber')}"
    return [
        ("packets", f"{packets}; a tick each {state.interval_seconds:g} s"),
        ("owners", f"{ways}{share}"),
        *([("ledger", ledger)] if ledger else []),
        *([("names", names_words(state.names))] if state.names is not None else []),
        ("table", table),
        ("lost", f"{lost:,} of {counted(drops.received_packets, 'packet')}"),
        ("sums", f"since {clock_time(state.statistics_epoch)}, captured IP bytes"),
        ("cost", cost),
        *([("clients", clients_words(state.limits, state.subscriber_count))] if state.limits is not None else []),
        ("you", f"{uid}{sees}, {may}" + (f" ({caller.reason})" if caller.reason else "")),
    ]


def print_paths(session: Session, shape: Shape) -> None:
    """Print the files that are used, whether they are there or not."""
    paths = [
        ("socket", session.socket_path),
        ("recorder", session.recorder_path),
        *(("config", path) for path in configuration_paths()),
        ("program", sys.argv[0]),
    ]
    found = [(name, path, Path(path).exists()) for name, path in paths]
    if shape.is_table:
        session.write(*(f"{name:<9}{visible(path)}{'' if exists else '  (not there)'}" for name, path, exists in found))
        return
    fields = document(
        "paths", {"paths": [{"name": name, "path": path, "exists": exists} for name, path, exists in found]}
    )
    session.write(pretty(fields) if shape.format == "json" else line(fields))
