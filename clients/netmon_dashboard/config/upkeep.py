"""Upkeep of history: aggregate now, refresh caches, and a cleanup that is shown before it is done."""

from typing import Final

import streamlit as st

from netmon.model import CleanupPlan, CleanupProgress, CleanupSelection, RetentionPolicy
from netmon_client.errors import NetmonError
from netmon_client.history_client import HistoryClient
from netmon_client.units import ByteUnits
from netmon_dashboard.config.facts import (
    aggregation_text,
    cache_text,
    day_text,
    deleted_text,
    plan_text,
    policy_text,
    rows_text,
)
from netmon_dashboard.history.texts import notice_of

__all__ = ["show_retention", "show_upkeep"]

_DAY_SECONDS: Final = 86_400.0
_PLAN: Final = "config_plan"
_OLDEST: Final = 36_500

_Wanted = tuple[str, RetentionPolicy, int | None]
"""What a plan is of: the recorder's socket, its policy, and the days of who goes by age."""


def show_upkeep(client: HistoryClient, *, why_not: str) -> None:
    """Show what may be done at any time. ``why_not``: why this viewer may not, or ""."""
    with st.container(horizontal=True, vertical_alignment="center"):
        aggregate = st.button("Aggregate now", disabled=bool(why_not))
        refresh = st.button("Refresh caches", disabled=bool(why_not))
    st.caption(
        "Sums of hours and days are always up to date. Aggregating holds them against the minutes and mends them; "
        "refreshing forgets names that nothing is of any more."
    )
    try:
        if aggregate:
            with st.spinner("Reading all minutes…"):
                st.success(aggregation_text(client.aggregate()))
        if refresh:
            st.success(cache_text(client.refresh_caches()))
    except NetmonError as error:
        _say(error)


def show_retention(
    client: HistoryClient, policy: RetentionPolicy, now: float, *, why_not: str, units: ByteUnits
) -> None:
    """Show a cleanup: what to delete, what that would be, and the button that says how much."""
    by_policy, by_age = (
        f"What the policy no longer keeps ({policy_text(policy, units)})",
        "Everything older than a number of days",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.radio("Delete", ["policy", "age"], format_func={"policy": by_policy, "age": by_age}.__getitem__)
        days = st.number_input("Days", 0, _OLDEST, 90, disabled=choice == "policy", width=140)
        is_wanted = st.button("Preview", disabled=bool(why_not))
    age = None if choice == "policy" else int(days)
    wanted = client.socket, policy, age
    try:
        if is_wanted:
            older = None if age is None else now - age * _DAY_SECONDS
            selection = CleanupSelection(older_than_time=older)
            st.session_state[_PLAN] = (wanted, selection, client.cleanup_plan(selection))
        _offer(client, wanted, why_not=why_not, units=units)
    except NetmonError as error:
        _say(error)


def _offer(client: HistoryClient, wanted: _Wanted, *, why_not: str, units: ByteUnits) -> None:
    """Show a plan, unless another one is wanted by now, or the recorder was started anew with another policy."""
    planned: tuple[_Wanted, CleanupSelection, CleanupPlan] | None = st.session_state.get(_PLAN)
    if planned is None or planned[0] != wanted:
        return
    _, selection, plan = planned
    place = st.empty()
    with place.container():
        st.text(plan_text(plan, units))
        if plan.row_count == 0:
            return
        if selection.older_than_time is not None:
            st.caption(f"Everything before {day_text(selection.older_than_time)} goes. It cannot be undone.")
        is_sure = st.button(f"Delete {rows_text(plan.row_count)}", type="primary", disabled=bool(why_not))
    if is_sure:
        del st.session_state[_PLAN]
        place.empty()
        _delete(client, selection, units)


def _delete(client: HistoryClient, selection: CleanupSelection, units: ByteUnits) -> None:
    """Delete, and tell how far that is. A reader who goes on to another page stops it between two steps."""
    bar, last = st.progress(0.0, "Deleting…"), CleanupProgress()
    for last in client.cleanup(selection):
        share = min(1.0, last.deleted_row_count / max(1, last.row_count))
        bar.progress(share, f"Deleted {rows_text(last.deleted_row_count)} of {rows_text(last.row_count)}")
    bar.empty()
    st.success(deleted_text(last, units))


def _say(error: NetmonError) -> None:
    """Say what went wrong, as text: it quotes what a program answered."""
    notice = notice_of(error)
    with st.container(border=True):
        st.text(f"{notice.title}. {notice.text}")
        if notice.command:
            st.code(notice.command, language=None, wrap_lines=True)
