"""What ``alerts`` does: puts, lists, deletes, tests and follows the recorder's alerts."""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final

import click

from netmon.model import AlertFiring, AlertMeasure, AlertRule, AlertState, AlertTest, Filter, QuietHours
from netmon_cli.documents import document, line, pretty
from netmon_cli.options import read_query
from netmon_cli.past import moment_text
from netmon_cli.render.palette import Style
from netmon_cli.render.table import Cell, Heading, Table, draw, fit
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_cli.stopping import Stopped, Stopping
from netmon_client import HistoryClient
from netmon_client.clock import wall_time
from netmon_client.errors import InvalidRequest
from netmon_client.history_lines import as_history_object
from netmon_client.history_words import MEASURES, gap_kind_words, hours_text, missing_seconds
from netmon_client.local_zone import local_zone_name, zone_of
from netmon_client.socket_path import recorder_cli_command
from netmon_client.units import ByteUnits, format_age, format_bytes, parse_size
from netmon_client.words import counted

__all__ = [
    "delete_alert",
    "firing_words",
    "list_alerts",
    "put_alert",
    "rule_of",
    "rule_words",
    "test_alert",
    "test_words",
    "watch_alerts",
]

_WEEK_SECONDS: Final = 7 * 86_400.0
_WORDS: Final = {
    AlertMeasure.SENT_BYTES: " sent",
    AlertMeasure.RECEIVED_BYTES: " received",
}


def rule_of(
    name: str,
    *,
    query: str,
    over: str | None,
    within: float | None,
    measure: str,
    quiet: Sequence[float | QuietHours],
    loopback: bool,
) -> AlertRule:
    """Make the rule that options say. Raise a usage error."""
    context = click.get_current_context(silent=True)
    if over is None or within is None:
        raise click.UsageError("an alert needs --over and --within, such as --over 5GB --within 1h", context)
    if len(quiet) > len({isinstance(each, QuietHours) for each in quiet}):
        raise click.UsageError("--quiet takes one time and one range of hours", context)
    if within % 60:
        raise click.UsageError("--within takes whole minutes", context)
    try:
        bound = round(parse_size(over))
    except ValueError as error:
        raise click.UsageError(f"--over: {error}", context) from None
    return AlertRule(
        name=name,
        filter=read_query(query, of_history=True) if query else Filter(),
        query=query,
        measure=MEASURES[measure],
        bound=bound,
        window_seconds=within,
        quiet_seconds=next((each for each in quiet if not isinstance(each, QuietHours)), 0.0),
        quiet_hours=_in_own_zone(next((each for each in quiet if isinstance(each, QuietHours)), None)),
        include_loopback=loopback,
    )


def _in_own_zone(hours: QuietHours | None) -> QuietHours | None:
    return None if hours is None else replace(hours, time_zone=local_zone_name(os.environ))


def put_alert(session: Session, rule: AlertRule, *, is_paused: bool, mute_seconds: float | None) -> None:
    """Save a rule; ``mute_seconds``: it does not fire for so long from now on."""
    muted_until_time = None if mute_seconds is None else wall_time() + mute_seconds
    with session.history() as client:
        put = client.put_alert(replace(rule, is_paused=is_paused, muted_until_time=muted_until_time))
    done = "Replaced" if put.is_replaced else "Saved"
    session.tell(f'{done} "{put.rule.name}": {rule_words(put.rule)}.')


def delete_alert(session: Session, name: str) -> None:
    """Delete a rule."""
    with session.history() as client:
        rule = client.delete_alert(name)
    session.tell(f'Deleted "{rule.name}": {rule_words(rule)}.')


def list_alerts(session: Session, shape: Shape) -> None:
    """List all rules, with what became of them."""
    with session.history() as client:
        answer = client.alerts()
    if not shape.is_table:
        states = [as_history_object(state) for state in answer.alerts]
        firings = [as_history_object(firing) for firing in answer.firings]
        if shape.format == "json":
            session.write(pretty(document("alerts", {"alerts": states, "firings": firings})))
            return
        session.write(*(line(document("alert", each)) for each in states))
        session.write(*(line(document("firing", each)) for each in firings))
        return
    terminal = session.terminal()
    if not answer.alerts:
        session.write(terminal.palette.paint("No alert is saved.", Style.DIM))
        put = recorder_cli_command(session.recorder_path, "alerts put NAME --if app:backup --over 5GB --within 1h")
        session.advise(f"Save one:  {put}", Style.DIM)
        return
    now = wall_time()
    table = Table(
        headings=(
            Heading(title="Alert", minimum=8),
            Heading(title="Fires where", minimum=20, middle=False),
            Heading(title="Now", rank=2, right=True),
            Heading(title="Fired", rank=1, right=True),
            Heading(title="Last", rank=3),
            Heading(title="State", rank=4),
        ),
        rows=tuple(_alert_cells(state, now, shape.byte_units) for state in answer.alerts),
    )
    session.write(*draw(table, fit(table, terminal.width), terminal.palette))


def test_alert(session: Session, shape: Shape, rule: AlertRule | str, since_time: float | None) -> None:
    """Test a rule, or a saved one by its name, against what is kept of the past."""
    with session.history() as client:
        if isinstance(rule, str):
            rule = _saved(client, rule)
        result = client.test_alert(rule, since_time)
    if not shape.is_table:
        fields = document("alert_test", as_history_object(result))
        session.write(pretty(fields) if shape.format == "json" else line(fields))
        return
    session.tell(*test_words(rule, result, shape.byte_units))


def test_words(rule: AlertRule, result: AlertTest, units: ByteUnits) -> list[str]:
    """Say how often it would have fired and when; where it would not, how near it came."""
    zone = zone_of(local_zone_name(os.environ))
    length = result.until_time - result.since_time
    span = "last week" if abs(length - _WEEK_SECONDS) < 3600 else f"in the last {format_age(length)}"
    times = "once" if result.firing_count == 1 else f"{result.firing_count:,} times"
    fired = f"would have fired {times}" if result.firing_count else "would not have fired"
    lines = [f"{rule_words(rule, units)}: {fired} {span}."]
    lines += [
        f"  {moment_text(each.time, zone)}  {_amount(each.measure, each.value, units)}" for each in result.firings
    ]
    if result.greatest_time is not None:
        greatest = _amount(rule.measure, result.greatest_value, units)
        lines.append(f"The most was {greatest}, in the window that ended {moment_text(result.greatest_time, zone)}.")
    missing = missing_seconds(result.gaps, result.since_time, result.until_time)
    if missing:
        parts = ", ".join(f"{gap_kind_words(kind)} for {format_age(seconds)}" for kind, seconds in missing)
        lines.append(f"Where nothing was recorded it could not have fired: {parts}.")
    return lines


def watch_alerts(session: Session, shape: Shape, *, after_sequence: int | None, count: int | None) -> int:
    """Tell of each firing, through restarts of the recorder; give the exit code."""
    told = 0
    with (
        session.history() as client,
        Stopping() as stopping,
        closing(stopping.items(client.firings(after_sequence, reconnect=True))) as firings,
    ):
        try:
            for firing in firings:
                if firing is None:
                    continue
                if shape.is_table:
                    session.tell(firing_words(firing, shape.byte_units))
                else:
                    session.write(line(document("firing", as_history_object(firing))))
                told += 1
                if told == count:
                    break
        except Stopped as stopped:
            return stopped.exit_code
    return 0


def rule_words(rule: AlertRule, units: ByteUnits = "si") -> str:
    """Say what a rule fires at."""
    what = rule.query or "everything"
    quiet = f", then quiet for {format_age(rule.quiet_seconds)}" if rule.quiet_seconds else ""
    quiet += "" if rule.quiet_hours is None else f", not from {hours_text(rule.quiet_hours)}"
    return f"{what}, over {_amount(rule.measure, rule.bound, units)} within {format_age(rule.window_seconds)}{quiet}"


def firing_words(firing: AlertFiring, units: ByteUnits = "si") -> str:
    """Say a firing on one line."""
    zone = zone_of(local_zone_name(os.environ))
    window = format_age(firing.time - firing.window_since_time)
    most = ", ".join(
        f"{each.key.application_name or '(no owner)'} {format_bytes(each.total.total_bytes, units)}"
        for each in firing.applications
    )
    value, bound = (_amount(firing.measure, each, units) for each in (firing.value, firing.bound))
    said = f"{value} within {window} (over {bound})"
    return f"{moment_text(firing.time, zone)}  {firing.name}: {said}" + (f"; {most}" if most else "")


def _saved(client: HistoryClient, name: str) -> AlertRule:
    rules = {state.rule.name: state.rule for state in client.alerts(1).alerts}
    if name not in rules:
        import difflib  # noqa: PLC0415 -- for those who mistype

        near = difflib.get_close_matches(name, rules, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        see = f"See all:  {recorder_cli_command(client.socket, 'alerts')}"
        raise InvalidRequest(f'no alert is called "{name}"{hint}', remedy=see)
    return rules[name]


def _amount(measure: AlertMeasure, value: int, units: ByteUnits) -> str:
    if measure is AlertMeasure.CONNECTIONS:
        return counted(value, "connection")
    return format_bytes(value, units) + _WORDS.get(measure, "")


def _alert_cells(state: AlertState, now: float, units: ByteUnits) -> tuple[Cell, ...]:
    rule, last = state.rule, state.last_firing
    zone = zone_of(local_zone_name(os.environ))
    over = state.value is not None and state.value > rule.bound
    value = "—" if state.value is None else _amount(rule.measure, state.value, units)
    return (
        Cell(text=rule.name),
        Cell(text=rule_words(rule, units)),
        Cell(text=value, style=Style.RED if over else Style.PLAIN),
        Cell(text=f"{state.firing_count:,}"),
        Cell(text="never" if last is None else moment_text(last.time, zone), style=Style.DIM),
        Cell(text=_state_words(state, now)),
    )


def _state_words(state: AlertState, now: float) -> str:
    if state.rule.is_paused:
        return "paused"
    if state.rule.muted_until_time is not None and state.rule.muted_until_time > now:
        return f"muted until {moment_text(state.rule.muted_until_time, zone_of(local_zone_name(os.environ)))}"
    return "quiet" if state.quiet_until_time is not None else "on"
