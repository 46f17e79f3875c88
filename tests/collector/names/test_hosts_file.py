from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.hosts_file import MAX_LINES, MAX_NAMES, parse_hosts

LOOPBACK = b"\x7f\0\0\1"
SERVER = b"\xc0\0\x02\x01"


def test_names_are_read_in_the_order_of_the_file() -> None:
    text = "127.0.0.1 localhost\n\n# a comment\n192.0.2.1\tNAS.home.lan  nas # ours\n192.0.2.1 files nas\n"
    assert parse_hosts(text) == {LOOPBACK: ("localhost",), SERVER: ("nas.home.lan", "nas", "files")}


def test_ipv6_and_its_zones_are_read() -> None:
    assert parse_hosts("::1 ip6-localhost\nfe80::1%lo0 localhost") == {
        bytes(15) + b"\1": ("ip6-localhost",),
        b"\xfe\x80" + bytes(13) + b"\1": ("localhost",),
    }


def test_blocked_names_and_broken_lines_are_left_out() -> None:
    text = "0.0.0.0 ads.example\n:: ads.example\nnonsense here\n192.0.2.1\n192.0.2.999 a\n192.0.2.1 ok 192.0.2.7 .\n"
    assert parse_hosts(text) == {SERVER: ("ok",)}


def test_what_is_kept_is_bounded() -> None:
    many = " ".join(f"n{index}" for index in range(99))
    assert len(parse_hosts(f"192.0.2.1 {many}")[SERVER]) == MAX_NAMES
    assert len(parse_hosts("\n" * MAX_LINES + "192.0.2.1 late")) == 0


def test_hostile_names_are_escaped() -> None:
    assert parse_hosts("192.0.2.1 a\x1bb bü\ud800") == {SERVER: ("a\\027b", "b\\195\\188?")}


@given(st.text(max_size=200))
def test_any_text_gives_a_value(text: str) -> None:
    assert all(len(address) in {4, 16} and names for address, names in parse_hosts(text).items())
