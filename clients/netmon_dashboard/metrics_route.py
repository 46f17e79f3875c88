"""The route /metrics: the collector's figures of itself for a Prometheus server, where that was asked for.

A scraper is no browser: who may ask is told by a token in its request, not by a cookie (see ``Scrapers``).
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from netmon.model import Snapshot, Status
from netmon_client.errors import NetmonError
from netmon_client.metrics import CONTENT_TYPE, METRICS_PATH, metrics_text

__all__ = ["Scrapers", "metrics_routes"]

_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapers:
    """Who may read the metrics: who bears ``token``; None: everybody who reaches 127.0.0.1."""

    token: str | None = field(repr=False)

    def may_read(self, authorizations: Iterable[str]) -> bool:
        """Whether the values of the header Authorization open it: one, ``Bearer TOKEN`` (RFC 6750, 2.1)."""
        if self.token is None:
            return True
        values = list(authorizations)
        if len(values) != 1 or not values[0].lower().startswith(_BEARER):
            return False
        return hmac.compare_digest(values[0][len(_BEARER) :].strip().encode(), self.token.encode())


def metrics_routes(figures: Callable[[], Awaitable[tuple[Status, Snapshot]]]) -> list[BaseRoute]:
    """Give the route; ``figures`` asks the collector, and raises `NetmonError` where it does not answer."""

    async def metrics(_request: Request) -> Response:
        try:
            text = metrics_text(*await figures())
        except NetmonError as error:
            return PlainTextResponse(f"{error}\n", 503)
        return Response(text, headers={"content-type": CONTENT_TYPE})

    return [Route(METRICS_PATH, metrics)]
