"""The Config page as Streamlit runs it, under the head whose component shows the view's settings and the collector."""

import json
from typing import Final

import streamlit as st
from streamlit.components.v2 import component

from netmon_client.clock import wall_time
from netmon_client.errors import NetmonError
from netmon_client.history_answers import HistoryStatus
from netmon_client.units import ByteUnits
from netmon_dashboard.config.alerts import show_alerts
from netmon_dashboard.config.exporting import show_export
from netmon_dashboard.config.facts import recorder_facts
from netmon_dashboard.config.upkeep import show_retention, show_upkeep
from netmon_dashboard.history.page import show_notice
from netmon_dashboard.history.recorder_link import RecorderLink
from netmon_dashboard.history.texts import notice_of

__all__ = ["show_config"]

_MODULE: Final = """
export default async function (component) {
  const facts = await import(new URL("/netmon/assets/config/facts.js", document.baseURI).href);
  return facts.mount(component);
}
"""


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
    _show_facts(status, now, units)
    if why_not:
        st.text(f"You may look, but not change anything here: {why_not}.")
    show_upkeep(client, why_not=why_not)
    st.subheader("Retention", anchor=False)
    show_retention(client, status.storage.policy, now, why_not=why_not, units=units)
    st.subheader("Export", anchor=False)
    show_export(client, now, caller.sees)
    st.subheader("Alerts", anchor=False)
    show_alerts(client, why_not=why_not, units=units)


def _show_facts(status: HistoryStatus, now: float, units: ByteUnits) -> None:
    """Show the recorder's facts, and what keeps it from working as it could."""
    limits = [(each.text, each.remedy) for each in (*status.recorder.degraded, *status.storage.degraded)]
    figures = {"facts": recorder_facts(status, now, units), "limits": limits}
    facts = component("netmon_facts", js=_MODULE, html='<div id="netmon-facts"></div>', css=":host { display: block }")
    # As text: for a list in a component's data Streamlit 1.67 would load pandas (`serialize_mixed_data`).
    facts(key="config_facts", data={"figures": json.dumps(figures)})
