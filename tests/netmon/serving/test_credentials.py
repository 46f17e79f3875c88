import os
import socket
import struct

import pytest

from netmon.serving.credentials import Credentials, parse_xucred, read_credentials


def test_the_other_end_is_named_with_user_and_process() -> None:
    near, far = socket.socketpair()
    with near, far:
        gids = frozenset({os.getegid(), *os.getgroups()})
        assert read_credentials(near) == Credentials(uid=os.geteuid(), pid=os.getpid(), gids=gids)


def test_what_is_no_connection_is_an_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        assert read_credentials(other).uid == 0xFFFFFFFF, "Linux says so where there is no peer"


def test_the_user_and_the_groups_that_macos_tells_are_read() -> None:
    assert parse_xucred(struct.pack("IIh2x16I", 0, 501, 2, 20, 12, *[0] * 14)) == (501, {20, 12})


@pytest.mark.parametrize("told", [b"", struct.pack("IIh2x16I", 1, 501, 1, *[0] * 16), bytes(75)])
def test_another_form_of_it_is_an_error(told: bytes) -> None:
    with pytest.raises(OSError, match="LOCAL_PEERCRED gave"):
        parse_xucred(told)
