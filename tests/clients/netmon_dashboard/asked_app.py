"""Requests to an app within the test's own process, as a server hands them over."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:  # noqa: ANN401 -- whatever it says
        return json.loads(self.text)


class AskedApp:
    """Asks an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, path: str, *, params: dict[str, str] | None = None) -> Answer:
        """Give its answer to one request."""
        return asyncio.run(self._ask(path, params or {}))

    def get_all(self, paths: Sequence[str]) -> list[Answer]:
        """Give its answers to requests that come at once."""

        async def ask() -> list[Answer]:
            return list(await asyncio.gather(*(self._ask(path, {}) for path in paths)))

        return asyncio.run(ask())

    async def _ask(self, path: str, params: dict[str, str]) -> Answer:
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(params).encode(),
            "headers": [],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], headers, body.decode())
