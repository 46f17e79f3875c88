"""The same figures as Streamlit's own parts show them: fragments that run each second, metrics, a chart, tables.

    streamlit run tests/bench/native_dashboard/app.py -- SOCKET

It is what the dashboard is measured beside; it shows less, and what it shows, it shows in the usual way.
"""

# pyright: reportUnknownMemberType=false
# (Streamlit's signatures name types of pandas, which has no stubs here.)

import sys
import threading
from collections import deque

import streamlit as st

from netmon.model import Connection, Snapshot
from netmon_client import connect
from netmon_client.units import format_rate

_POINTS = 60


class Feed:
    """The newest snapshot and the last minute, for all tabs; read in a thread of its own."""

    def __init__(self, socket: str) -> None:
        self.newest: Snapshot | None = None
        self.points: deque[tuple[float, float]] = deque(maxlen=_POINTS)
        self._socket = socket
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with connect(self._socket) as client:
            for item in client.snapshots():
                if isinstance(item, Snapshot):
                    headline = item.headline
                    self.points.append((headline.received_bytes_per_second, -headline.sent_bytes_per_second))
                    self.newest = item


@st.cache_resource
def feed(socket: str) -> Feed:
    """Give the one feed of this server."""
    return Feed(socket)


def end_of(row: Connection, *, is_local: bool) -> str:
    """Give an end as text."""
    return str((row.facts.local if is_local else row.facts.remote) or "")


@st.fragment(run_every=1.0)
def cards(shown: Feed) -> None:
    """Show what moves now."""
    snapshot = shown.newest
    if snapshot is None:
        st.write("waiting for the first snapshot")
        return
    busiest = max(snapshot.applications, key=lambda each: each.traffic.received_bytes_per_second, default=None)
    columns = st.columns(4)
    columns[0].metric("Download", format_rate(snapshot.headline.received_bytes_per_second))
    columns[1].metric("Upload", format_rate(snapshot.headline.sent_bytes_per_second))
    columns[2].metric("Active connections", snapshot.active_connection_count)
    columns[3].metric("Top application", busiest.name if busiest else "none")


@st.fragment(run_every=1.0)
def chart(shown: Feed) -> None:
    """Show the last minute."""
    points = list(shown.points)
    st.area_chart({"received": [one for one, _ in points], "sent": [other for _, other in points]})


@st.fragment(run_every=1.0)
def applications(shown: Feed) -> None:
    """Show who moves it."""
    ranked = sorted(
        shown.newest.applications if shown.newest else (), key=lambda each: -each.traffic.received_bytes_per_second
    )
    st.dataframe(
        {
            "Application": [each.name for each in ranked],
            "Download": [format_rate(each.traffic.received_bytes_per_second) for each in ranked],
            "Upload": [format_rate(each.traffic.sent_bytes_per_second) for each in ranked],
            "Connections": [each.connection_count for each in ranked],
        },
        hide_index=True,
    )


@st.fragment(run_every=1.0)
def connections(shown: Feed) -> None:
    """Show every connection."""
    rows = shown.newest.connections if shown.newest else ()
    st.dataframe(
        {
            "App": [row.facts.application_name for row in rows],
            "PID": [row.process.pid if row.process else None for row in rows],
            "Protocol": [row.facts.protocol.name for row in rows],
            "Local": [end_of(row, is_local=True) for row in rows],
            "Remote": [end_of(row, is_local=False) for row in rows],
            "Domain": [row.facts.domain for row in rows],
            "State": [row.state.name for row in rows],
            "Download": [format_rate(row.traffic.received_bytes_per_second) for row in rows],
            "Upload": [format_rate(row.traffic.sent_bytes_per_second) for row in rows],
            "Received": [row.traffic.received_bytes for row in rows],
            "Sent": [row.traffic.sent_bytes for row in rows],
        },
        hide_index=True,
        height=600,
    )


def overview() -> None:
    """Show the first page."""
    cards(shown_feed)
    chart(shown_feed)
    applications(shown_feed)


def table() -> None:
    """Show the second page; with the figures above the table, as every page of the dashboard has them."""
    cards(shown_feed)
    connections(shown_feed)


st.set_page_config(page_title="native", layout="wide")
shown_feed = feed(sys.argv[1])
st.navigation(
    [
        st.Page(overview, title="Overview", url_path="overview", default=True),
        st.Page(table, title="Connections", url_path="connections"),
    ],
    position="top",
).run()
