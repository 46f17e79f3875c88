"""The routes by which live pages learn what the recorder knows: today's sums, and the lanes of the day before.

No page waits for them. Where the recorder cannot be had the answer says so; it is no error of the page.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from netmon_client.clock import monotonic, wall_time
from netmon_client.errors import NetmonError
from netmon_client.history_client import HistoryClient
from netmon_dashboard.history.past_figures import lane_figures, lane_questions, today_figures, today_question

__all__ = ["DOMAINS_PATH", "TODAY_PATH", "past_routes"]

TODAY_PATH: Final = "/netmon/past/today"
DOMAINS_PATH: Final = "/netmon/past/domains"

_UNKNOWN: Final = {"known": False}
_KEPT_SECONDS: Final = 20.0
_ABSENT_SECONDS: Final = 3.0

_log = logging.getLogger(__name__)

Figures = dict[str, Any]


class _Kept:
    """One answer for all tabs: asked for anew where it is old, by one at a time."""

    def __init__(self, ask: Callable[[], Figures]) -> None:
        self._ask = ask
        self._lock = asyncio.Lock()
        self._figures: Figures = _UNKNOWN
        self._until = -1.0

    async def figures(self) -> Figures:
        """Give it."""
        async with self._lock:
            if monotonic() >= self._until:
                try:
                    self._figures, kept = await run_in_threadpool(self._ask), _KEPT_SECONDS
                except NetmonError as error:
                    _log.debug("no figures of the past: %s", type(error).__name__)
                    self._figures, kept = _UNKNOWN, _ABSENT_SECONDS
                self._until = monotonic() + kept
            return self._figures


def past_routes(client: Callable[[], HistoryClient], domains: Callable[[], Sequence[str]]) -> list[BaseRoute]:
    """Give the routes. ``client``: the way to the recorder; ``domains``: names of those that lanes are wanted of."""

    def ask_today() -> Figures:
        now = wall_time()
        return today_figures(client().usage(today_question(now)), now)

    def ask_domains() -> Figures:
        recorder = client()
        return lane_figures([recorder.timeline(query) for query in lane_questions(domains(), wall_time())])

    kept_today, kept_domains = _Kept(ask_today), _Kept(ask_domains)

    async def today(_request: Request) -> Response:
        return JSONResponse(await kept_today.figures())

    async def lanes(_request: Request) -> Response:
        return JSONResponse(await kept_domains.figures())

    return [Route(TODAY_PATH, today, methods=["GET"]), Route(DOMAINS_PATH, lanes, methods=["GET"])]
