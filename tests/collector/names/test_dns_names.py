import pytest

from netmon_collector.names.dns_names import MAX_STEPS, NameReader
from tests.support.name_messages import dns_name, pointer


def test_a_name_is_read_with_what_lies_behind_it() -> None:
    data = dns_name("Example.COM") + b"rest"
    assert NameReader(data).read(0) == ("example.com", 13)


def test_the_root_is_a_dot() -> None:
    assert NameReader(b"\0").read(0) == (".", 1)


def test_a_pointer_leads_back_and_the_name_ends_behind_it() -> None:
    data = dns_name("example.com") + b"\x03www" + pointer(0) + b"\x01a" + pointer(13)
    reader = NameReader(data)
    assert reader.read(13) == ("www.example.com", 19)
    assert reader.read(19) == ("a.www.example.com", 23)
    assert reader.read(0) == ("example.com", 13)


def test_a_pointer_may_lead_into_the_middle_of_a_name() -> None:
    data = dns_name("example.com") + pointer(8)
    assert NameReader(data).read(13) == ("com", 15)


def test_a_pointer_to_the_root_adds_nothing() -> None:
    data = b"\0\x03com" + pointer(0)
    assert NameReader(data).read(1) == ("com", 7)
    assert NameReader(b"\0" + pointer(0)).read(1) == (".", 3)


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (pointer(0), 0),
        (pointer(2) + pointer(0), 0),
        (b"\x01a" + pointer(0), 0),
        (b"\x01a" + pointer(4) + b"\x01b" + pointer(0), 4),
        (b"\x03ab", 0),
        (b"\x03abc", 0),
        (b"\xc0", 0),
        (b"\x40abc\0", 0),
        (b"\x80abc\0", 0),
        (b"", 0),
        (b"\0", 9),
    ],
)
def test_loops_and_broken_names_are_refused(data: bytes, offset: int) -> None:
    with pytest.raises(ValueError, match=r"pointer|cut off"):
        NameReader(data).read(offset)


def test_a_name_has_at_most_255_bytes_however_it_is_put_together() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert NameReader(dns_name(longest)).read(0) == (longest, 255)
    for data, offset in ((dns_name(longest + "a"), 0), (dns_name(longest) + b"\x01b" + pointer(0), 255)):
        with pytest.raises(ValueError, match="255"):
            NameReader(data).read(offset)
    reader = NameReader(dns_name(longest) + b"\x01b" + pointer(0))
    reader.read(0)
    with pytest.raises(ValueError, match="255"):
        reader.read(255)


def test_a_name_is_skipped() -> None:
    data = dns_name("a.b") + b"\x01c" + pointer(0)
    assert (NameReader(data).skip(0), NameReader(data).skip(5)) == (5, 9)
    for broken in (b"\x05ab", b"\x40", b""):
        with pytest.raises(ValueError, match="cut off"):
            NameReader(broken).skip(0)


def test_the_work_on_one_message_is_bounded() -> None:
    reader = NameReader(dns_name("a.b.c"))
    for _ in range(MAX_STEPS // 4):  # three labels and the root
        reader.read(0)
    with pytest.raises(ValueError, match="too much work"):
        reader.read(0)
