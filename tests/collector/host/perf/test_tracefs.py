"""Descriptions of tracepoints, as the kernel writes them."""

import pytest

from netmon_collector.host.perf.tracefs import Field, parse_format, read_tracepoint

FORMAT = """name: inet_sock_set_state
ID: 2287
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;

\tfield:const void * skaddr;\toffset:8;\tsize:8;\tsigned:0;
\tfield:__u8 saddr_v6[16];\toffset:40;\tsize:16;\tsigned:0;

print fmt: "family=%s", REC->family
"""


def test_a_description_tells_the_number_and_where_the_fields_lie() -> None:
    tracepoint = parse_format(FORMAT)
    assert tracepoint.id == 2287
    assert tracepoint.fields == {
        "common_type": Field(0, 2),
        "common_flags": Field(2, 1),
        "skaddr": Field(8, 8),
        "saddr_v6": Field(40, 16),
    }


@pytest.mark.parametrize("text", ["", "name: x\nformat:\n", "ID: none\n"])
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="without a number"):
        parse_format(text)


@pytest.mark.root
def test_this_kernels_own_is_read() -> None:
    tracepoint = read_tracepoint("sock", "inet_sock_set_state")
    assert tracepoint.id > 0
    assert {"skaddr", "oldstate", "newstate", "sport", "dport", "saddr_v6", "daddr_v6"} <= tracepoint.fields.keys()


@pytest.mark.root
def test_one_that_there_is_not_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        read_tracepoint("sock", "no_such_tracepoint")
