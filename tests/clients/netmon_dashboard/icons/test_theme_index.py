import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons.theme_index import is_plain, parse_theme


def index(**folders: str) -> bytes:
    names = [name.replace("_", "/") for name in folders]
    groups = "".join(f"[{name}]\n{lines}\n" for name, lines in zip(names, folders.values(), strict=True))
    return f"[Icon Theme]\nInherits=Adwaita, hicolor,\nDirectories={','.join(names)}\n{groups}".encode()


def test_folders_that_suit_a_tile_come_first() -> None:
    theme = parse_theme(
        index(
            a16="Size=16\nType=Fixed",
            a512="Size=512\nType=Fixed",
            a32="Size=32\nType=Fixed",
            a24_2="Size=24\nScale=2\nType=Fixed",
            a128="Size=128\nType=Fixed",
            scalable="Size=128\nMinSize=8\nMaxSize=512\nType=Scalable",
            a64="Size=64",
        )
    )
    order = [folder.path for folder in theme.folders]
    assert order == ["a24/2", "a32", "a64", "scalable", "a128", "a16", "a512"]
    assert theme.parents == ("Adwaita", "hicolor")


def test_folders_that_lead_out_or_say_no_size_are_left_out() -> None:
    text = b"[Icon Theme]\nInherits=../x,a/b,.,ok\nDirectories=../../etc,/etc,a//b,a/../b,ok,no\n"
    text += b"".join(b"[%s]\nSize=48\n" % name for name in (b"../../etc", b"/etc", b"a//b", b"a/../b", b"ok"))
    theme = parse_theme(text + b"[no]\nSize=large\n")
    assert [folder.path for folder in theme.folders] == ["ok"]
    assert theme.parents == ("ok",)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "\x1b", "a\0b", "a\nb"])
def test_names_that_are_not_plain(name: str) -> None:
    assert not is_plain(name)


def test_size_is_bounded() -> None:
    many = ",".join(f"d{n}" for n in range(10_000))
    groups = "".join(f"[d{n}]\nSize=48\n" for n in range(9000))
    assert len(parse_theme(f"[Icon Theme]\nDirectories={many}\n{groups}".encode()).folders) == 3000


@given(st.binary(max_size=300))
def test_any_bytes_are_taken(content: bytes) -> None:
    theme = parse_theme(b"[Icon Theme]\nDirectories=a\n[a]\nSize=48\n" + content)
    assert len(theme.folders) <= 1
