"""Export on the Config page: what, range, format, filter; how much that is; and the link, which our route serves."""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.components.v2 import component

from netmon.model import ExportHeader, Visibility
from netmon_client.errors import NetmonError
from netmon_client.history_client import HistoryClient
from netmon_client.history_words import BUCKETS
from netmon_dashboard.config.export_route import EXPORT_PATH, BadExport, export_query
from netmon_dashboard.config.export_text import FORMATS
from netmon_dashboard.config.facts import rows_text
from netmon_dashboard.history.texts import notice_of
from netmon_dashboard.history.view import local_time

__all__ = ["show_export"]

_DAY_SECONDS: Final = 86_400.0
_WHAT: Final = {
    "": "Every row",
    "app": "By application",
    "domain": "By domain",
    "host": "By host",
    "proto": "By protocol",
}
_RANGES: Final = {1: "Last 24 h", 7: "Last 7 days", 30: "Last 30 days", 366: "Last 12 months", 0: "Custom"}
_FORMAT_WORDS: Final = {"csv": "CSV", "json": "JSON", "jsonl": "JSON lines"}
_MODULE: Final = """
export default async function (component) {
  const link = await import(new URL("/netmon/assets/config/export.js", document.baseURI).href);
  return link.mount(component);
}
"""


def show_export(client: HistoryClient, now: float, sees: Visibility) -> None:
    """Show the choices, the estimate and the link; who ``sees`` their own part alone is told no estimate."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = st.selectbox("What", list(_WHAT), format_func=_WHAT.__getitem__, width=170)
        by = st.selectbox("A row for each", list(BUCKETS), index=1, width=130)
        days = st.selectbox("Range", list(_RANGES), format_func=_RANGES.__getitem__, index=2, width=170)
        form = st.selectbox("Format", list(FORMATS), format_func=_FORMAT_WORDS.__getitem__, width=130)
        query = st.text_input("Filter", placeholder="app:firefox", max_chars=2000, width=240, key="export_filter")
    since, until = now - days * _DAY_SECONDS, now
    if days == 0:
        with st.container(horizontal=True):
            begin = st.datetime_input("From", local_time(now - _DAY_SECONDS), key="export_from", width=210)
            end = st.datetime_input("Until", local_time(now), key="export_to", width=210)
        since, until = begin.astimezone().timestamp(), end.astimezone().timestamp()
    params = {"from": f"{since:.0f}", "to": f"{until:.0f}", "by": by, "group": what, "q": query, "format": form}
    try:
        header = _header(client, params)
    except (BadExport, NetmonError) as error:
        st.text(str(error) if isinstance(error, BadExport) else notice_of(error).text)
        return
    count = 0 if header is None else header.estimated_row_count
    link = component("netmon_export", js=_MODULE, html='<div id="netmon-export"></div>', css=":host { display: block }")
    data: dict[str, Any] = {
        "path": EXPORT_PATH,
        "query": urlencode(params),
        "job": secrets.token_hex(8),
        "label": f"Download {_FORMAT_WORDS[form]}",
        "estimate": "your own part" if sees is Visibility.OWN else f"at most {rows_text(count)}",
        "count": count,
    }
    link(key="export_link", data=data)


def _header(client: HistoryClient, params: dict[str, str]) -> ExportHeader | None:
    """Ask how much it will be; what would follow is not asked for."""
    items = client.export(export_query(params))
    try:
        first = next(iter(items), None)
    finally:
        items.close()
    return first if isinstance(first, ExportHeader) else None
