import pytest

from netmon.serving.preface import PREFACE_BYTES, may_be_preface

WHOLE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 18, 4, 0, 0, 0, 0, 0])


def test_each_beginning_of_a_preface_may_be_one() -> None:
    assert len(WHOLE) == PREFACE_BYTES
    assert all(may_be_preface(WHOLE[:length]) for length in range(PREFACE_BYTES + 1))


@pytest.mark.parametrize("place", [0, 5, 23, 27])
def test_one_byte_that_is_another_is_found_at_once(place: int) -> None:
    heard = bytearray(WHOLE[: place + 1])
    heard[place] ^= 1
    assert not may_be_preface(bytes(heard))
