"""The composition root of the dashboard: Streamlit's app, our routes, the hub, and the guard around them all."""

import asyncio
import secrets
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import streamlit
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from streamlit import file_util

from netmon_dashboard.config.export_route import export_routes
from netmon_dashboard.guard import Guard, Keys, inline_script_hashes
from netmon_dashboard.history.past_route import past_routes
from netmon_dashboard.history.recorder_link import RecorderLink
from netmon_dashboard.host_config import HostConfig
from netmon_dashboard.hub import Hub
from netmon_dashboard.icons import icon_finder, icon_routes
from netmon_dashboard.live_route import LIVE_PATH, live_routes
from netmon_dashboard.metrics_route import Scrapers, metrics_routes
from netmon_dashboard.serving import Serving, serve
from netmon_dashboard.settings import apply_settings
from netmon_dashboard.web_server import WebServer

__all__ = ["ASSETS", "SCRIPT", "build_app", "new_keys", "serve_until_signal"]

_HERE: Final = Path(__file__).parent
ASSETS: Final = _HERE / "assets"
SCRIPT: Final = _HERE / "script" / "entry.py"


def new_keys(port: int) -> Keys:
    """Draw the secrets of one run: 256 bit each."""
    return Keys(port=port, token=secrets.token_urlsafe(32), session=secrets.token_urlsafe(32))


def serve_until_signal(
    listener: socket.socket,
    *,
    keys: Keys,
    collector: str | None,
    recorder: str | None = None,
    scrapers: Scrapers | None = None,
    ready: Callable[[], None],
) -> bool:
    """Serve on a bound socket until SIGINT or SIGTERM; say whether it ever did.

    ``ready`` is called when pages are answered.

    ``collector``, ``recorder``: paths of their sockets, None for the usual ones; nothing need be there yet.
    ``scrapers``: who may read metrics, None: nobody.
    """
    apply_settings(keys.port)
    app = build_app(keys=keys, collector=collector, recorder=recorder, scrapers=scrapers)
    server = WebServer(app, port=keys.port, ready=ready)
    asyncio.run(server.serve([listener]))
    return server.started


def build_app(
    *, keys: Keys, collector: str | None, recorder: str | None = None, scrapers: Scrapers | None = None
) -> ASGIApp:
    """Put everything together; Streamlit's options must be set before. The hub lives as long as the app's lifespan."""
    icons = icon_finder()
    hub = Hub(collector, icon=icons)
    history = RecorderLink(recorder)

    @asynccontextmanager
    async def lifespan(_app: streamlit.App) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            stack.callback(icons.close)
            stack.callback(history.close)
            await stack.enter_async_context(hub)
            stack.callback(serve, None)
            serve(Serving(route=LIVE_PATH, recorder=history, collector=collector))
            yield

    routes: list[BaseRoute] = [
        *live_routes(hub),
        *icon_routes(icons),
        *export_routes(history.client),
        *past_routes(history.client, hub.busiest_domains),
        *(metrics_routes(hub.figures) if scrapers is not None else ()),
        Mount("/netmon/assets", StaticFiles(directory=ASSETS)),
    ]
    app = streamlit.App(SCRIPT, routes=routes, lifespan=lifespan)
    index = Path(file_util.get_static_dir()) / "index.html"
    return Guard(HostConfig(app), keys=keys, script_hashes=inline_script_hashes(index), scrapers=scrapers)
