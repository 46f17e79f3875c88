"""The History page as Streamlit runs it: controls, the chart's component, and a notice where there is no answer.

Names, domains and filters are other people's texts: they reach the browser as the component's data, in text fields and
in code, never within markdown.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from streamlit.components.v2 import component

from netmon.matching import MAXIMUM_PATTERN_LENGTH
from netmon.model import UsageAnswer
from netmon_client.clock import wall_time
from netmon_client.errors import NetmonError
from netmon_client.history_words import BUCKETS, own_part_words
from netmon_client.query import QueryError
from netmon_dashboard.history.figures import chart_figures, is_empty
from netmon_dashboard.history.recorder_link import RecorderLink
from netmon_dashboard.history.texts import Notice, notice_of
from netmon_dashboard.history.view import GROUPS, RANGES, HistoryView, local_time, time_of_field

__all__ = ["show_history", "show_notice"]

_WRITTEN: Final = "history_written"
_NEXT: Final = "history_next"
_SPAN: Final = "history_span"
_SHOWN: Final = "history_shown"
_CHART: Final = "history_chart"
_TOPS: Final = (5, 10, 20)
_LONGEST_VALUE: Final = MAXIMUM_PATTERN_LENGTH

_MODULE: Final = """
export default async function (component) {
  const chart = await import(new URL("/netmon/assets/history/chart.js", document.baseURI).href);
  return chart.mount(component);
}
"""


def show_history(recorder: RecorderLink) -> None:
    """Show what the address asks for."""
    now = wall_time()
    _follow_address(now)
    view = _controls(now)
    _write_address(view)
    try:
        query = view.usage_query(now)
    except QueryError as error:
        show_notice(Notice(title="The filter is none", text=f"{error}."))
        return
    try:
        answer = recorder.client().usage(query)
        others = own_part_words(recorder.caller())
    except NetmonError as error:
        show_notice(notice_of(error), can_retry=True)
        return
    _show(view, answer, now, recorder)
    if others:
        st.caption(others)


def show_notice(notice: Notice, *, can_retry: bool = False) -> None:
    """Say what happened. Its text may quote what a program answered, so it is no markdown."""
    with st.container(border=True, key=f"notice-{notice.title.lower().replace(' ', '-')}"):
        st.subheader(notice.title, anchor=False)
        st.text(notice.text)
        if notice.command:
            st.code(notice.command, language=None, wrap_lines=True)
        if can_retry and st.button("Try again"):
            st.rerun()


def _follow_address(now: float) -> None:
    """Set the controls by the address where it was changed from outside, or by what was clicked in the chart."""
    clicked: HistoryView | None = st.session_state.pop(_NEXT, None)
    params = st.query_params.to_dict()
    if clicked is None and params == st.session_state.get(_WRITTEN) and "history_range" in st.session_state:
        return
    view = clicked or HistoryView.of(params)
    since, until = view.bounds(now)
    st.session_state[_SPAN] = (since, until)
    st.session_state.update(
        history_range=view.range,
        history_group=view.group,
        history_q=view.query,
        history_top=view.top,
        history_compare=view.compare,
        history_by=view.bucket,
        history_from=local_time(since),
        history_to=local_time(until),
    )


def _write_address(view: HistoryView) -> None:
    params = view.params()
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)
    st.session_state[_WRITTEN] = params


def _controls(now: float) -> HistoryView:
    state = st.session_state
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Streamlit keeps what it is given as a key; a default beside it would be a warning.
        name = st.segmented_control(
            "Range", list(RANGES), format_func=RANGES.__getitem__, key="history_range", required=True, wrap=True
        )
        group = st.selectbox("By", list(GROUPS), format_func=GROUPS.__getitem__, key="history_group", width=150)
        top = st.selectbox("Top", _TOPS, key="history_top", width=90)
        query = st.text_input(
            "Filter", key="history_q", placeholder="app:firefox  !domain:*.example", max_chars=2000, width=280
        )
        compare = st.toggle("Compare with the period before", key="history_compare")
    given: Mapping[str, str] = {
        "range": name or "24h",
        "group": group or "app",
        "q": query or "",
        "top": str(top),
        "compare": "1" if compare else "",
    }
    if name != "custom":
        return HistoryView.of(given)
    since, until = state.get(_SPAN, (now - 86_400.0, now))
    state.setdefault("history_from", local_time(since))
    state.setdefault("history_to", local_time(until))
    state.setdefault("history_by", "day")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        begin = st.datetime_input("From", key="history_from", width=210)
        end = st.datetime_input("Until", key="history_to", width=210)
        by = st.selectbox("Bars of a", list(BUCKETS), key="history_by", width=120)
    if begin and end:
        since, until = time_of_field(begin, since), time_of_field(end, until)
    if not begin or not end or until <= since:
        st.caption("The range must end after it begins; the last 24 hours are shown.")
        return HistoryView.of({**given, "range": "24h"})
    return HistoryView.of({**given, "from": str(since), "to": str(until), "by": by})


def _show(view: HistoryView, answer: UsageAnswer, now: float, recorder: RecorderLink) -> None:
    figures: dict[str, Any] = chart_figures(answer, view.group, is_compared=view.compare)
    figures |= {
        "now": now,
        "isEmpty": is_empty(answer),
        "command": view.command(now),
        "socket": recorder.told_socket,
        "groupName": GROUPS[view.group],
        "isFiltered": bool(view.query.strip()),
        "canZoom": view.bucket != "minute",
    }
    chart = component(
        "netmon_history", js=_MODULE, html='<div id="netmon-history"></div>', css=":host { display: block }"
    )
    st.session_state[_SHOWN] = view
    # As text: Streamlit 1.67 asks of each list in a component's data whether it is a table, and loads pandas for that
    # (`serialize_mixed_data`): seconds at the first look, and 60 MB.
    chart(key=_CHART, data={"figures": json.dumps(figures)}, on_drill_change=_take_click)


def _drilled(view: HistoryView, clicked: Mapping[str, Any]) -> HistoryView | None:
    """Give the view that a click asks for; None for what no click of ours says."""
    value, since, until = clicked.get("value"), clicked.get("since"), clicked.get("until")
    if isinstance(value, str) and value:
        # A longer one than a filter may hold is found by its beginning.
        return view.into(value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}*")
    if isinstance(since, int | float) and isinstance(until, int | float) and since < until:
        return view.at(float(since), float(until))
    return None


def _take_click() -> None:
    """Take what was clicked, before the run of the script that shows it: that is one run, and one question."""
    state = st.session_state
    view, clicked = state.get(_SHOWN), state.get(_CHART, {}).get("drill")
    if isinstance(view, HistoryView) and isinstance(clicked, Mapping):
        state[_NEXT] = _drilled(view, clicked)  # pyright: ignore[reportUnknownArgumentType] -- JSON of the browser
