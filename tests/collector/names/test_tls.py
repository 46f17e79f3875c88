import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.names.tls import MAX_EXTENSIONS, ClientHello, parse_beginning, parse_client_hello, parse_handshake
from tests.support import name_messages as make
from tests.support.line_count import lines_run

HELLO = make.named_hello()
NAMED = ClientHello(server_name="example.org", alpn=("h3",))

MOST_LINES = 1_800
"""Python lines that the worst ClientHello may cost."""


def openssl_hello(server_name: str | None, *protocols: str) -> bytes:
    """What OpenSSL sends first."""
    context = ssl.create_default_context()
    context.check_hostname = False
    if protocols:
        context.set_alpn_protocols(list(protocols))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_what_openssl_sends_is_read() -> None:
    data = openssl_hello("WWW.Example.org", "h2", "http/1.1")
    assert parse_client_hello(data) == ClientHello(server_name="www.example.org", alpn=("h2", "http/1.1"))
    assert parse_client_hello(data + b"what follows") == parse_client_hello(data)


def test_openssl_without_a_server_name_has_none() -> None:
    assert parse_client_hello(openssl_hello(None)) == ClientHello(server_name="")


def test_openssl_writes_a_name_of_another_script_in_ascii() -> None:
    hello = parse_client_hello(openssl_hello("bücher.example"))
    assert hello is not None
    assert hello.server_name == "xn--bcher-kva.example"


def test_every_beginning_of_a_hello_waits_for_more() -> None:
    data = openssl_hello("example.org")
    assert {parse_client_hello(data[:size]) for size in range(len(data))} == {None}
    assert {parse_handshake(HELLO[:size]) for size in range(len(HELLO))} == {None}


def test_a_beginning_names_the_server_once_its_extension_is_there() -> None:
    data = openssl_hello("example.org", "h2")
    known = [parse_beginning(data[:size]) for size in range(len(data))]
    end = data.index(b"example.org") + len(b"example.org")
    assert known[:end] == [None] * end
    assert {hello.server_name for hello in known[end:] if hello is not None} == {"example.org"}
    assert all(hello is not None and hello.has_ech for hello in known[end:])  # it may be there: it is not seen yet


def test_a_beginning_in_several_records_is_read_too() -> None:
    extensions = (make.alpn_extension("h3"), make.server_name_extension(b"example.org"), (51, bytes(900)))
    data = make.in_records(make.client_hello(*extensions), 30)
    assert parse_beginning(data[:400]) == ClientHello(server_name="example.org", alpn=("h3",), has_ech=True)


@pytest.mark.parametrize("name", [b"192.0.2.1", b""])
def test_a_beginning_without_a_servers_name_says_nothing(name: bytes) -> None:
    data = make.in_records(make.client_hello(make.server_name_extension(name), (51, b"x")))
    assert parse_beginning(data[:-1]) is None


@pytest.mark.parametrize("size", [2, 5, 50, 1 << 14])
def test_a_hello_over_several_records_is_put_together(size: int) -> None:
    assert parse_client_hello(make.in_records(HELLO, size)) == NAMED


def test_encrypted_client_hello_is_told() -> None:
    data = make.client_hello(make.server_name_extension(b"cover.example"), (0xFE0D, bytes(40)))
    assert parse_handshake(data) == ClientHello(server_name="cover.example", has_ech=True)


def test_a_hello_without_extensions_has_no_name() -> None:
    assert parse_handshake(make.client_hello()) == ClientHello(server_name="")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"Example.org.", "example.org"),
        (b"192.0.2.1", ""),
        (b"2001:db8::1", ""),
        (b"a\nb.example", "a\\010b.example"),
        (b"", ""),
        (b"a" * 300, ""),
    ],
)
def test_a_server_name_is_text_or_nothing(name: bytes, expected: str) -> None:
    assert parse_handshake(make.client_hello(make.server_name_extension(name))) == ClientHello(server_name=expected)


def test_a_name_of_another_kind_is_none() -> None:
    assert parse_handshake(make.client_hello(make.server_name_extension(b"x", kind=1))) == ClientHello(server_name="")


def test_a_protocol_is_cleaned() -> None:
    hello = parse_handshake(make.client_hello(make.alpn_extension("h2\x1b", "h3")))
    assert hello is not None
    assert hello.alpn == ("h2\N{REPLACEMENT CHARACTER}", "h3")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"G",
        b"\x16\x02",
        b"\x16\x03\x01\0\0",
        b"\x16\x03\x01\xff\xff\x01",
        b"\x15\x03\x01\0\x02\x02\x28",
        make.in_records(b"\x02" + HELLO[1:]),
        make.in_records(HELLO, 20).replace(b"\x16\x03\x01\0\x14", b"\x17\x03\x01\0\x14", 2),
        make.in_records(HELLO * 3, 1),
        make.in_records(b"\x01\xff\xff\xff" + bytes(99)),
    ],
)
def test_what_is_no_hello_is_refused_as_soon_as_that_can_be_seen(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_client_hello(data)


@pytest.mark.parametrize(
    "message",
    [
        b"\x01" + make.vector(b"", 3),
        b"\x01" + make.vector(b"\x02" + HELLO[5:], 3),
        b"\x01" + make.vector(HELLO[4:-1], 3),
        b"\x01" + make.vector(HELLO[4:60], 3),
        make.client_hello((0, b"")),
        make.client_hello((0, b"\0\0")),
        make.client_hello((0, b"\0\x09\0\0\x09short")),
        make.client_hello((0, b"\0\x03\0\0\x09short and behind")),
        make.client_hello((16, b"\0\x04\x09h3")),
        make.client_hello((16, b"\0\x02\x02h3")),
        make.client_hello((1, b""), (1, b"")),
        make.client_hello(*((kind, b"") for kind in range(1_000, 1_001 + MAX_EXTENSIONS))),
    ],
)
def test_a_hello_that_contradicts_itself_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_handshake(message)


def test_the_work_on_a_hello_is_bounded() -> None:
    many = make.client_hello(
        *((kind, b"") for kind in range(1_000, 999 + MAX_EXTENSIONS)), (16, make.vector(b"\x01a" * 7_000, 2))
    )
    assert 0 < lines_run(lambda: parse_client_hello(make.in_records(many))) <= MOST_LINES
    assert 0 < lines_run(lambda: parse_beginning(make.in_records(many)[:-1])) <= MOST_LINES
    records = make.in_records(make.client_hello((7, bytes(9_000))), 1)
    assert 0 < lines_run(lambda: parse_client_hello(records)) <= MOST_LINES


@given(st.binary(max_size=300))
def test_any_bytes_give_a_value_or_value_error(data: bytes) -> None:
    for message in (data, make.in_records(b"\x01" + make.vector(data, 3))):
        for parse in (parse_client_hello, parse_beginning):
            try:
                hello = parse(message)
            except ValueError:
                continue
            assert hello is None or hello.server_name.isprintable()


@given(st.lists(st.tuples(st.integers(0, len(HELLO) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_hello_gives_a_value_or_value_error(damage: list[tuple[int, int]]) -> None:
    message = bytearray(HELLO)
    for offset, byte in damage:
        message[offset] = byte
    try:
        hello = parse_handshake(bytes(message))
    except ValueError:
        return
    assert hello is None or hello.server_name.isprintable()
