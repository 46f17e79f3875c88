"""The pictures of the pages: each is made by a script, shown on a page, and small."""

import os
import struct
import zlib
from pathlib import Path

import pytest

from tests.support import take_pictures, take_screenshots
from tests.support.source_tree import ROOT, repository_files

PICTURES = ROOT / "clients/pictures"
DRAWN = {f"{each.name}.svg" for each in take_pictures.TAKEN} | {take_pictures.TOP} | {take_pictures.TOP}
TAKEN = {each.file for each in take_screenshots.TAKEN}
# What a PNG needs to be drawn; others could tell of the machine that made it.
CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def chunks(path: Path) -> list[tuple[bytes, bytes]]:
    """Give type and body of each chunk of a PNG (RFC 2083, section 3.2)."""
    body = path.read_bytes()
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    found: list[tuple[bytes, bytes]] = []
    place = 8
    while place < len(body):
        (length,) = struct.unpack_from(">I", body, place)
        kind, content = body[place + 4 : place + 8], body[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", body, place + 8 + length) == (zlib.crc32(kind + content),)
        found.append((kind, content))
        place += 12 + length
    return found


def test_the_pictures_are_those_that_the_scripts_make() -> None:
    assert {path.name for path in PICTURES.iterdir()} == DRAWN | TAKEN


@pytest.mark.parametrize("name", sorted(DRAWN | TAKEN))
def test_a_picture_is_on_a_page(name: str) -> None:
    pages = [path for path in repository_files() if path.suffix == ".md"]
    links = {page: f"({os.path.relpath(PICTURES / name, page.parent)})" for page in pages}
    assert any(link in page.read_text(encoding="utf-8") for page, link in links.items())


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_screenshot_is_small_as_large_as_a_window_and_says_nothing_beside(name: str) -> None:
    path = PICTURES / name
    assert path.stat().st_size < take_screenshots.MOST_BYTES
    parts = chunks(path)
    assert {kind for kind, _ in parts} == CHUNKS
    assert struct.unpack_from(">II", parts[0][1]) == take_screenshots.SIZE


def test_the_screenshots_show_every_page_in_the_light_and_one_in_the_dark() -> None:
    looks = {(each.page, each.theme) for each in take_screenshots.TAKEN}
    assert looks >= {(page, "light") for page in ("overview", "connections", "applications", "domains", "history")}
    assert "dark" in {theme for _, theme in looks}
