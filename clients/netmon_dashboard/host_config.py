"""What Streamlit's page asks about its surroundings, answered by us: its own error dialogs stay closed.

When the server goes away, the live view says so itself, beside the last data. Streamlit would lay a dialog over it that
asks whether one is connected to the internet. The answer is read once a connection (streamlit 1.67,
``starlette_routes.create_host_config_routes``); routes below ``/_stcore`` cannot be given to ``st.App``, so this stands
in front of it.
"""

from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HostConfig"]

_PATH: Final = "/_stcore/host-config"
_ANSWER: Final[dict[str, object]] = {
    "allowedOrigins": [],  # no other page may steer this one
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": True,
    "resourceCrossOriginMode": None,
}


class HostConfig:
    """ASGI middleware: answers the one path, hands on everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        app: ASGIApp = self._app
        if scope["type"] == "http" and scope["path"] == _PATH and scope["method"] == "GET":
            app = JSONResponse(_ANSWER, headers={"cache-control": "no-cache"})
        await app(scope, receive, send)
