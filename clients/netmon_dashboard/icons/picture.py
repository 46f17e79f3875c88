"""What counts as a picture: PNG and SVG, told by their first bytes and never by their name."""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_BYTES", "Picture", "picture_of", "png_width"]

MOST_BYTES: Final = 512 * 1024
_MOST_PIXELS: Final = 1024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PROLOGUE: Final = 4096
# Before the root element: declaration, comments, document type, processing instructions (XML 1.0, 2.8). Nothing in it
# is tried twice, so that no bytes make it slow. A document type with declarations of its own is not taken.
_SVG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?+\s*+(?:(?><\?.*?\?>)\s*+|(?><!--.*?-->)\s*+|<!DOCTYPE\s[^\[>]*+>\s*+)*+<(?:svg:)?+svg[\s>]",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The bytes of an icon and their media type."""

    content: bytes
    media_type: str


def picture_of(content: bytes) -> Picture | None:
    """Give the picture that these bytes are; None for anything else. Takes any bytes.

    A PNG may have at most 1,024 pixels a side. An SVG may declare no entities: a few of them expand to gigabytes.
    """
    if len(content) > MOST_BYTES:
        return None
    if png_width(content):
        return Picture(content=content, media_type="image/png")
    if _SVG.match(content[:_PROLOGUE]) and b"<!ENTITY" not in content:
        return Picture(content=content, media_type="image/svg+xml")
    return None


def png_width(content: bytes) -> int:
    """Give the width in pixels of a PNG; 0 for what is none or is too large (PNG, third edition, 11.2.1)."""
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or len(content) < 24:
        return 0
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    return width if 0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS else 0
