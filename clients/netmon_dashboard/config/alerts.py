"""Alerts on the Config page: those that are, and a form for a new one, which can be tried on history first.

Names and filters are people's own texts: they stand in text and code, never in labels or markdown.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

import streamlit as st

from netmon.model import AlertFiring, AlertMeasure, AlertRule, AlertState, AlertTest
from netmon_client.errors import NetmonError
from netmon_client.history_client import HistoryClient
from netmon_client.history_query import parse_history_query
from netmon_client.history_words import MEASURES, hours_text
from netmon_client.printable import visible
from netmon_client.quiet import parse_quiet_hours
from netmon_client.units import ByteUnits, format_age, format_bytes, format_count, parse_duration, parse_size
from netmon_dashboard.history.texts import notice_of

__all__ = ["back_test_text", "rule_of", "show_alerts", "state_text"]

_SHOWN_FIRINGS: Final = 5
_LARGEST_NUMBER: Final = 2**63 - 1  # that the contract's integers hold
_MEASURE_WORDS: Final = {value: name for name, value in MEASURES.items()}


def show_alerts(client: HistoryClient, *, why_not: str, units: ByteUnits = "si") -> None:
    """Show the alerts and the form."""
    try:
        known = client.alerts(_SHOWN_FIRINGS)
        if not known.alerts:
            st.caption("There are no alerts. One fires where more than a bound is moved within a window.")
        for state in known.alerts:
            _show_one(client, state, why_not=why_not, units=units)
        if known.firings:
            st.text("\n".join(["Last fired:", *(firing_text(each, units) for each in known.firings)]))
        _show_form(client, why_not=why_not, units=units)
    except NetmonError as error:
        notice = notice_of(error)
        st.text(f"{notice.title}. {notice.text}")


def rule_of(
    *, name: str, query: str, measure: str, bound: str, window: str, quiet: str = "", hours: str = ""
) -> AlertRule:
    """Give the rule that a form's texts say. Raise ValueError, naming the field, for one that is none."""
    if not name.strip():
        raise ValueError("Name: an alert needs one")
    kind = MEASURES[measure]
    try:
        most = int(bound.replace(",", "")) if kind is AlertMeasure.CONNECTIONS else parse_size(bound)
    except ValueError as error:
        raise ValueError(f"Over: {error}") from None
    if not 0 <= most <= _LARGEST_NUMBER:
        raise ValueError(f"Over: it must be from 0 to {_LARGEST_NUMBER:,}")
    try:
        seconds, quiet_seconds = parse_duration(window), parse_duration(quiet) if quiet.strip() else 0.0
    except ValueError as error:
        raise ValueError(f"Within: {error}") from None
    if max(seconds, quiet_seconds) > _LARGEST_NUMBER:
        raise ValueError("Within: that is too long")
    try:
        quiet_hours = parse_quiet_hours(hours)
    except ValueError as error:
        raise ValueError(f"Quiet hours: {error}") from None
    if quiet_hours is None and hours.strip():
        raise ValueError("Quiet hours: they are written as 22:00-07:00")
    try:
        parsed = parse_history_query(query)
    except ValueError as error:
        raise ValueError(f"Filter: {error}") from None
    return AlertRule(
        name=name.strip(),
        filter=parsed,
        query=query.strip(),
        measure=kind,
        bound=int(most),
        window_seconds=seconds,
        quiet_seconds=quiet_seconds,
        quiet_hours=quiet_hours,
    )


def state_text(state: AlertState, units: ByteUnits = "si") -> str:
    """Say what a rule asks and what became of it."""
    rule = state.rule
    said = f"{_MEASURE_WORDS.get(rule.measure, 'total')} over {_amount(rule.bound, rule.measure, units)}"
    within = f"within {format_age(rule.window_seconds)}{_quiet_text(rule)}"
    lines = [f"{visible(rule.query) or 'everything'}: {said} {within}"]
    now = "nothing recorded" if state.value is None else _amount(state.value, rule.measure, units)
    fired = "never fired" if state.firing_count == 0 else f"fired {_times(state.firing_count)}"
    last = "" if state.last_firing is None else f", last {_moment(state.last_firing.time)}"
    lines.append(f"now {now}; {fired}{last}{'; paused' if rule.is_paused else ''}")
    return "\n".join(lines)


def back_test_text(test: AlertTest, measure: AlertMeasure, units: ByteUnits = "si") -> str:
    """Say what a rule would have done."""
    span = f"from {_moment(test.since_time)} to {_moment(test.until_time)}"
    would = f"Would have fired {_times(test.firing_count)}" if test.firing_count else "Would not have fired"
    most = f"; the most was {_amount(test.greatest_value, measure, units)}"
    when = "" if test.greatest_time is None else f", until {_moment(test.greatest_time)}"
    gaps = f" {format_count(len(test.gaps))} gaps lie within: it may have been more." if test.gaps else ""
    return f"{would} {span}{most}{when}.{gaps}"


def firing_text(firing: AlertFiring, units: ByteUnits = "si") -> str:
    """Give one firing on a line."""
    value, bound = (_amount(each, firing.measure, units) for each in (firing.value, firing.bound))
    return f"{_moment(firing.time)}  {visible(firing.name)}: {value} (over {bound})"


def _show_one(client: HistoryClient, state: AlertState, *, why_not: str, units: ByteUnits) -> None:
    # By name and not by place: others add and delete alerts while this tab is open. A key becomes a class in the page.
    mark = sha256(state.rule.name.encode()).hexdigest()[:16]
    with st.container(border=True):
        st.code(visible(state.rule.name), language=None, wrap_lines=True)
        st.text(state_text(state, units))
        with st.container(horizontal=True):
            is_tested = st.button("Test over 7 days", key=f"alert_test_{mark}")
            is_deleted = st.button("Delete this alert", key=f"alert_delete_{mark}", disabled=bool(why_not))
        if is_tested:
            st.text(back_test_text(client.test_alert(state.rule), state.rule.measure, units))
        if is_deleted:
            client.delete_alert(state.rule.name)
            st.rerun()


def _show_form(client: HistoryClient, *, why_not: str, units: ByteUnits) -> None:
    with st.form("config_alert"):
        with st.container(horizontal=True):
            name = st.text_input("Name", max_chars=100, width=200)
            query = st.text_input("Filter", placeholder="app:backup", max_chars=2000, width=260)
            measure = st.selectbox("Measure", list(MEASURES), width=150)
            bound = st.text_input("Over", "5GB", max_chars=30, width=110)
            window = st.text_input("Within", "1h", max_chars=30, width=110)
            quiet = st.text_input("Then quiet for", placeholder="as long", max_chars=30, width=130)
            hours = st.text_input("Quiet hours", placeholder="22:00-07:00", max_chars=30, width=130)
        with st.container(horizontal=True):
            is_tested = st.form_submit_button("Test over 7 days")
            is_saved = st.form_submit_button("Save alert", type="primary", disabled=bool(why_not))
    if not (is_tested or is_saved):
        return
    try:
        rule = rule_of(name=name, query=query, measure=measure, bound=bound, window=window, quiet=quiet, hours=hours)
    except ValueError as error:
        st.text(str(error))
        return
    if is_tested:
        st.text(back_test_text(client.test_alert(rule), rule.measure, units))
        return
    client.put_alert(rule)
    st.rerun()


def _quiet_text(rule: AlertRule) -> str:
    return "" if rule.quiet_hours is None else f", not from {hours_text(rule.quiet_hours)}"


def _amount(value: int, measure: AlertMeasure, units: ByteUnits) -> str:
    if measure is AlertMeasure.CONNECTIONS:
        return f"{format_count(value)} connections"
    return format_bytes(value, units)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{format_count(count)} times"


def _moment(time: float) -> str:
    return f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d %H:%M}"
