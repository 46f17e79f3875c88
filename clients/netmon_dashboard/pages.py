"""The pages as Streamlit sees them: navigation above, and one component that fills the rest."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2 import component

from netmon_dashboard.serving import Serving, serving

__all__ = ["PAGES", "show"]

_ICON: Final = Path(__file__).parent / "assets" / "favicon.svg"

PAGES: Final = {
    "overview": ":material/monitoring:",
    "connections": ":material/lan:",
    "applications": ":material/apps:",
}
"""Name, which is also the path (the first one's is "/"), and the icon in the navigation."""

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
    what = serving()
    if what is None:
        _show_the_way()
        return
    pages = [
        st.Page(_page(name, what), title=name.title(), url_path=name, icon=icon, default=name == "overview")
        for name, icon in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} · netmon")
    page.run()


def _page(name: str, what: Serving) -> Callable[[], None]:
    return partial(_mount, name, what)


def _mount(name: str, what: Serving) -> None:
    live = component("netmon_live", js=_MODULE, html='<div id="netmon"></div>', css=":host { display: block }")
    # With a route the hub speaks to the browser itself: a run of the script then sends these few bytes and no more.
    data: dict[str, Any] = {"page": name, "route": what.route}
    if what.first_messages is not None:
        data["messages"] = what.first_messages(name != "overview")
    live(key="live", data=data)


def _show_the_way() -> None:
    st.title("netmon")
    st.write("This page needs the server that belongs to it: it opens with the link that this program prints.")
    st.code("netmon-dashboard", language=None)
