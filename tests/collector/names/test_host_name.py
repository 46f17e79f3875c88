import pytest

from netmon_collector.names.host_name import host_name, is_plain, joined, label_text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"Example.ORG", "example.org"),
        (b"example.org.", "example.org"),
        (b"xn--bcher-kva.example", "xn--bcher-kva.example"),
        (b"localhost", "localhost"),
        (b"_dns.resolver.arpa", "_dns.resolver.arpa"),
        ("bücher.example".encode(), "b\\195\\188cher.example"),
        (b"a\x1b[2J.example", "a\\027[2j.example"),
        (b"", ""),
        (b".", ""),
        (b"a..b", ""),
        (b".a", ""),
        (b"192.0.2.1", ""),
        (b"2001:db8::1", ""),
        (b"[2001:db8::1]", ""),
        (b"a" * 256, ""),
    ],
)
def test_a_host_name_is_text_or_nothing(name: bytes, expected: str) -> None:
    assert host_name(name) == expected


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (b"WWW", "www"),
        (b"my printer", "my\\032printer"),
        (b"a.b", "a\\.b"),
        (b'q"(;)@$\\', 'q\\"\\(\\;\\)\\@\\$\\\\'),
        (b"\xff\0\n", "\\255\\000\\010"),
    ],
)
def test_a_label_is_escaped_as_dig_does_it(label: bytes, text: str) -> None:
    assert label_text(label) == text


def test_what_is_plain() -> None:
    assert is_plain(b"a-b_C9")
    assert not is_plain(b"a b")


def test_labels_are_joined_and_a_name_that_grew_too_long_is_cut() -> None:
    assert joined([]) == "."
    assert joined(["a", "b"]) == "a.b"
    cut = joined([label_text(bytes(63))] * 3)
    assert len(cut) == 253
    assert cut.endswith("…")
