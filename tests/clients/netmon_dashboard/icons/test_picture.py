import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons.picture import MOST_BYTES, picture_of, png_width
from tests.support.icon_tree import SVG, png


def test_a_png_is_told_by_its_bytes() -> None:
    picture = picture_of(png(48))
    assert picture is not None
    assert (picture.media_type, picture.content) == ("image/png", png(48))


@pytest.mark.parametrize(("side", "width"), [(1, 1), (1024, 1024), (1025, 0), (0, 0), (2**31, 0)])
def test_a_png_has_a_sane_size(side: int, width: int) -> None:
    assert png_width(png(side)) == width
    assert (picture_of(png(side)) is None) == (width == 0)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by > hand -->\n' + SVG,
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">\n' + SVG,
        b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>',
    ],
)
def test_an_svg_is_told_by_its_root_element(content: bytes) -> None:
    picture = picture_of(content)
    assert picture is not None
    assert picture.media_type == "image/svg+xml"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"root:x:0:0:root:/root:/bin/bash\n<svg>",
        b"<html><svg></svg></html>",
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><svg/></html>",
        b"/* XPM */ static char *x[] = {",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>",
        b"<svg><!ENTITY a 'aaaa'></svg>",
        b"<svgx/>",
        b"<svg ".ljust(MOST_BYTES + 1),
    ],
)
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert picture_of(content) is None


@pytest.mark.timeout(5)
def test_no_bytes_make_it_slow() -> None:
    for unit in (b"<!---->", b"<??>", b"<!-- -->\n", b"<!DOCTYPE x>", b"<!--", b" ", b"<?"):
        assert picture_of(unit * (MOST_BYTES // len(unit))) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(content: bytes) -> None:
    picture = picture_of(content)
    assert picture is None or picture.content == content
