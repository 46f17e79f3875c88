"""The Config page as Streamlit runs it, under the head whose component shows the view's settings and the collector."""

import streamlit as st

from netmon_client.clock import wall_time
from netmon_client.errors import NetmonError
from netmon_client.units import ByteUnits
from netmon_dashboard.config.alerts import show_alerts
from netmon_dashboard.config.exporting import show_export
from netmon_dashboard.config.facts import recorder_lines
from netmon_dashboard.config.upkeep import show_retention, show_upkeep
from netmon_dashboard.history.page import show_notice
from netmon_dashboard.history.recorder_link import RecorderLink
from netmon_dashboard.history.texts import notice_of

__all__ = ["show_config"]


def show_config(recorder: RecorderLink, units: ByteUnits = "si") -> None:
    """Show what the recorder is, and what may be done with its history; ``units``: of sizes, as the browser chose."""
    now = wall_time()
    client = recorder.client()
    try:
        status = client.status()
    except NetmonError as error:
        show_notice(notice_of(error), can_retry=True)
        return
    caller = status.recorder.caller
    why_not = "" if caller.may_control else caller.reason or "that is for whoever started the recorder"
    st.subheader("History", anchor=False)
    st.code("\n".join(recorder_lines(status, now, units)), language=None, wrap_lines=True)
    for limit in (*status.recorder.degraded, *status.storage.degraded):
        st.text(f"! {limit.text} {limit.remedy}".rstrip())
    if why_not:
        st.text(f"You may look, but not change anything here: {why_not}.")
    show_upkeep(client, why_not=why_not)
    st.subheader("Retention", anchor=False)
    show_retention(client, status.storage.policy, now, why_not=why_not, units=units)
    st.subheader("Export", anchor=False)
    show_export(client, now)
    st.subheader("Alerts", anchor=False)
    show_alerts(client, why_not=why_not, units=units)
