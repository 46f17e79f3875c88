import errno
import os

import pytest

from netmon_collector.system_call import checked, libc, system_call

NO_SUCH_CALL = 100_000


def test_an_error_is_an_os_error_with_its_number() -> None:
    with pytest.raises(OSError) as raised:  # noqa: PT011 - its number is what counts
        system_call(NO_SUCH_CALL, 1, None, b"")
    assert raised.value.errno == errno.ENOSYS


def test_a_result_is_given() -> None:
    assert checked(libc.getpid()) == os.getpid()
