"""Debian's Chromium, driven by playwright: a tab that remembers its requests, frames and errors."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, WebSocket, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# It must not call home by itself: updates, sync and experiments are no part of what is tested.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
WIDE = (1440, 900)
NARROW = (390, 844)
LIVE_ROUTE = "/netmon/live"
# Opened at /connections, Streamlit's page asks for its server below that path too, before it finds it at the root
# (streamlit 1.67, `doInitPings`): those two answers are 404, and Chromium calls that an error.
_IS_SEARCH = re.compile(
    r"^http://127\.0\.0\.1:\d+/(connections|applications|domains|history|config)/_stcore/(health|host-config)$"
)
PAGE_SECONDS = 30.0
"""Within this a page shows whatever it is to show, on a machine that does much else: a sign of life, and no figure."""


@dataclass(kw_only=True)  # no slots: playwright notes the handlers that it was given on the object they belong to
class Tab:
    """A page in the browser. ``requests`` holds every URL that it asked for, sockets included."""

    page: Page
    requests: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What the live route sent, decoded, oldest first."""

    def newest(self, kind: str) -> dict[str, Any] | None:
        """Give the last message of this type."""
        self.page.evaluate("0")  # events come in while Playwright is at work, and not while a test waits
        return next((one for one in reversed(self.frames) if one["type"] == kind), None)

    def text(self, selector: str) -> str:
        """Give the text of the first element that fits, once it is there."""
        return self.page.locator(selector).first.inner_text()

    def wait(self, condition: str, *, seconds: float = PAGE_SECONDS, argument: object = None) -> None:
        """Wait until a JavaScript function gives something true."""
        self.page.wait_for_function(condition, arg=argument, timeout=seconds * 1000)

    def sees(self, text: str, *, seconds: float = PAGE_SECONDS) -> None:
        """Wait until the text is on the page."""
        self.page.get_by_text(text).first.wait_for(state="visible", timeout=seconds * 1000)

    def strays(self, origin: str) -> list[str]:
        """Give the requests that went anywhere but to ``origin`` (http://HOST:PORT); blob: and data: go nowhere."""
        own = (f"{origin}/", f"{origin.replace('http', 'ws', 1)}/", "blob:", "data:")
        return [url for url in self.requests if not url.startswith(own)]

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)
        if LIVE_ROUTE in socket.url:
            socket.on("framereceived", self._note_frame)

    def _note_frame(self, payload: str | bytes) -> None:
        self.frames.append(json.loads(payload))

    def _note_console(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not _IS_SEARCH.search(place):
            self.errors.append(f"{message.text} ({place})")

    def _note_fault(self, error: Error) -> None:
        self.errors.append(str(error))


@contextmanager
def chromium() -> Generator[Browser]:
    """Start a browser of its own, without a profile; ended at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_tab(
    browser: Browser,
    link: str = "",
    *,
    size: tuple[int, int] = WIDE,
    theme: Literal["light", "dark"] = "light",
    reduced_motion: bool = False,
) -> Generator[Tab]:
    """Open a tab with cookies of its own at ``link``; ``size`` in CSS pixels."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        reduced_motion="reduce" if reduced_motion else "no-preference",
    )
    context.set_default_timeout(PAGE_SECONDS * 1000)
    try:
        page = context.new_page()
        tab = Tab(page=page)
        page.on("request", tab._note_request)
        page.on("websocket", tab._note_socket)
        page.on("console", tab._note_console)
        page.on("pageerror", tab._note_fault)
        if link:
            page.goto(link)
        yield tab
    finally:
        context.close()
