"""The pages as Streamlit sees them: navigation above, and one component that fills the rest."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2 import component

from netmon_client.units import ByteUnits
from netmon_dashboard.config.page import show_config
from netmon_dashboard.history.page import show_history
from netmon_dashboard.serving import Serving, serving

__all__ = ["PAGES", "show"]

_ASSETS: Final = Path(__file__).parent / "assets"
_ICON: Final = _ASSETS / "favicon.svg"
_AROUND: Final = _ASSETS / "style" / "around.css"
"""For what Streamlit draws itself: sent with the page, so that nothing of it is ever seen without."""

PAGES: Final = {
    "overview": ":material/monitoring:",
    "connections": ":material/lan:",
    "applications": ":material/apps:",
    "domains": ":material/public:",
}
"""Name, which is also the path (the first one's is "/"), and the icon in the navigation."""

_PAST: Final = {"history": ":material/history:", "config": ":material/tune:"}
"""Pages that Streamlit draws under the head of ours; they ask the recorder, and are there where a way to it is."""

_LIVE: Final = "live"

# Streamlit gives a component to the browser as text. Ours are files, which import each other and are cached.
_MODULE: Final = """
export default async function (component) {
  const main = await import(new URL("/netmon/assets/main.js", document.baseURI).href);
  return main.mount(component);
}
"""


def show() -> None:
    """Show the page that the browser asks for."""
    # Without an icon of our own the page would fetch one for ":material/...:" from outside.
    st.set_page_config(page_title="netmon", page_icon=str(_ICON), layout="wide")
    st.html(_AROUND)
    what = serving()
    if what is None:
        _show_the_way()
        return
    pages = [
        st.Page(_page(name, what), title=name.title(), url_path=name, icon=icon, default=name == "overview")
        for name, icon in {**PAGES, **(_PAST if what.recorder is not None else {})}.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} · netmon")
    page.run()


def _page(name: str, what: Serving) -> Callable[[], None]:
    return partial(_mount_and_ask if name in _PAST else _mount, name, what)


def _mount(name: str, what: Serving) -> None:
    _mounted(_data(name, what))


def _mounted(data: dict[str, Any], **told: Any) -> Any:  # noqa: ANN401 -- Streamlit's own
    live = component("netmon_live", js=_MODULE, html='<div id="netmon"></div>', css=":host { display: block }")
    return live(key=_LIVE, data=data, **told)


def _data(name: str, what: Serving) -> dict[str, Any]:
    # With a route the hub speaks to the browser itself: a run of the script then sends these few bytes and no more.
    data: dict[str, Any] = {"page": name, "route": what.route}
    if what.first_messages is not None:
        data["messages"] = what.first_messages(name in ("connections", "applications"), name == "domains")
    return data


def _mount_and_ask(name: str, what: Serving) -> None:
    if name == "history":
        _mount(name, what)
        if what.recorder is not None:
            show_history(what.recorder)
        return
    # The browser has the view's settings; it says where its units are others than those that are shown.
    units: ByteUnits = "iec" if st.session_state.get(_LIVE, {}).get("units") == "iec" else "si"
    _mounted({**_data(name, what), "units": units}, on_units_change=_nothing_more)
    if what.recorder is not None:
        show_config(what.recorder, units)


def _nothing_more() -> None:
    """Take the news of other units; the run of the script that follows reads them."""


def _show_the_way() -> None:
    st.title("netmon")
    st.write("This page needs the server that belongs to it: it opens with the link that this program prints.")
    st.code("netmon-dashboard", language=None)
