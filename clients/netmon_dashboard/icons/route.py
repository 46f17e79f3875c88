"""The route that serves icons: from memory, by the keys that the finder gave out."""

from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from netmon_dashboard.icons.finder import ROUTE
from netmon_dashboard.icons.picture import Picture

__all__ = ["icon_routes"]

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # An SVG opened as a page of its own could run scripts; this lets it only paint.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
_FOUND: Final = {**_HEADERS, "Cache-Control": "private, max-age=86400, immutable"}
_MISSING: Final = {**_HEADERS, "Cache-Control": "no-store"}


class PictureStore(Protocol):
    """Who holds the pictures."""

    def picture(self, key: str) -> Picture | None:
        """Give the picture that a key was given out for."""
        ...


def icon_routes(store: PictureStore) -> list[Route]:
    """Give the route ``/netmon/icon/<key>``: the picture, or 404 for a key that was never given out."""

    async def serve(request: Request) -> Response:
        picture = store.picture(request.path_params["key"])
        if picture is None:
            return Response(status_code=404, headers=_MISSING)
        return Response(picture.content, media_type=picture.media_type, headers=_FOUND)

    return [Route(ROUTE + "{key}", serve, methods=["GET"])]
