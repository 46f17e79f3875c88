from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons.apple_icons import picture_in_icns
from netmon_dashboard.icons.picture import png_width
from tests.support.icon_tree import icns, png


def width_in(content: bytes) -> int:
    picture = picture_in_icns(content)
    return png_width(picture.content) if picture is not None else 0


def test_the_smallest_that_is_large_enough_is_taken() -> None:
    assert width_in(icns((b"ic07", png(128)), (b"ic12", png(64)), (b"ic09", png(512)))) == 64
    assert width_in(icns((b"ic09", png(512)), (b"ic07", png(128)))) == 128


def test_the_largest_is_taken_where_none_is() -> None:
    assert width_in(icns((b"icp4", png(16)), (b"icp5", png(32)))) == 32


def test_old_bitmaps_and_pictures_too_large_are_passed_over() -> None:
    assert width_in(icns((b"is32", b"\x80\x00packed"), (b"ic10", png(4096)), (b"ic07", png(128)))) == 128
    assert width_in(icns((b"is32", b"\x80\x00packed"))) == 0


def test_broken_containers_give_nothing() -> None:
    whole = icns((b"ic07", png(128)))
    for content in (b"", b"icns", b"PNGs" + whole[4:], whole[:20], b"icns\0\0\0\x10ic07\0\0\0\0", whole[8:]):
        assert picture_in_icns(content) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(content: bytes) -> None:
    assert picture_in_icns(b"icns" + content) is None
