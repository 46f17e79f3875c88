"""Apple's icon container: the PNG in it that suits a small tile.

Written from the format's description (type and length of four bytes each, big-endian, the length with its own header);
older entries hold packed bitmaps and are passed over, every bundle since macOS 10.7 has PNG ones beside them.
"""

from typing import Final

from netmon_dashboard.icons.picture import Picture, picture_of, png_width

__all__ = ["MOST_BYTES", "picture_in_icns"]

MOST_BYTES: Final = 4 * 1024 * 1024
_HEADER: Final = 8
_MOST_ENTRIES: Final = 64
_ENOUGH_PIXELS: Final = 64


def picture_in_icns(content: bytes) -> Picture | None:
    """Give the smallest PNG of at least 64 pixels, else the largest; None where there is none. Takes any bytes."""
    found = [picture for chunk in _chunks(content) if png_width(chunk) and (picture := picture_of(chunk))]
    if not found:
        return None
    large = [picture for picture in found if png_width(picture.content) >= _ENOUGH_PIXELS]
    if large:
        return min(large, key=lambda picture: png_width(picture.content))
    return max(found, key=lambda picture: png_width(picture.content))


def _chunks(content: bytes) -> list[bytes]:
    if content[:4] != b"icns" or len(content) > MOST_BYTES:
        return []
    chunks: list[bytes] = []
    position = _HEADER
    while position + _HEADER <= len(content) and len(chunks) < _MOST_ENTRIES:
        length = int.from_bytes(content[position + 4 : position + 8])
        if length < _HEADER:
            break
        chunks.append(content[position + _HEADER : position + length])
        position += length
    return chunks
