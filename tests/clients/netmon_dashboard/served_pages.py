"""The pages of the dashboard over a real hub, run by Streamlit's AppTest: no server, no browser."""

import asyncio
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from streamlit.testing.v1 import AppTest

from netmon_client import Timing
from netmon_dashboard.hub import Hub
from netmon_dashboard.server import SCRIPT
from netmon_dashboard.serving import Serving, serve
from tests.support.waiting import wait_for

FAST = Timing(stale_after_seconds=0.3, reconnect_after_seconds=60, first_retry_seconds=0.02, longest_retry_seconds=0.1)
SECONDS = 30.0

Data = dict[str, Any]


class Page:
    """What Streamlit sends to the browser for one page."""

    def __init__(self, app: AppTest) -> None:
        assert not app.exception, app.exception
        (element,) = app.get("bidi_component")
        self.element: Any = element.proto
        self.data: Data = json.loads(self.element.json)

    def message(self, kind: str) -> Data | None:
        """The message of this type, if it is there."""
        found = [message for message in self.data["messages"] if message["type"] == kind]
        assert len(found) <= 1
        return found[0] if found else None


def run_page(name: str) -> Page:
    """Let Streamlit run a page, which is asked for by its URL."""
    app = AppTest.from_file(str(SCRIPT), default_timeout=SECONDS).run()
    if name != "overview":  # AppTest knows pages by file alone; ours are functions
        app._page_hash = next(key for key, page in app._registered_pages.items() if page.get("url_pathname") == name)
        app.run()
    return Page(app)


def run_page_until(name: str, is_there: Callable[[Page], object]) -> Page:
    """Run a page again and again until it shows something: a collector's news take their time."""

    def look() -> Page | None:
        page = run_page(name)
        return page if is_there(page) else None

    return wait_for(look, seconds=SECONDS, what=f"the page {name} shows it")


@contextmanager
def served_pages(socket: str) -> Generator[Hub]:
    """Let pages carry what a hub of the collector at ``socket`` knows; its event loop runs in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="hub of a test")
    thread.start()

    async def begin() -> Hub:
        return await Hub(socket, timing=FAST).__aenter__()

    async def opening(*, with_rows: bool, with_domains: bool) -> list[str]:
        return hub.opening(with_rows=with_rows, with_domains=with_domains)

    def first_messages(with_rows: bool, with_domains: bool) -> list[Data]:
        asked = opening(with_rows=with_rows, with_domains=with_domains)
        texts = asyncio.run_coroutine_threadsafe(asked, loop).result(SECONDS)
        return [json.loads(text) for text in texts]

    hub = asyncio.run_coroutine_threadsafe(begin(), loop).result(SECONDS)
    serve(Serving(route="", first_messages=first_messages))
    try:
        yield hub
    finally:
        serve(None)
        asyncio.run_coroutine_threadsafe(hub.__aexit__(None, None, None), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()
