import pytest

from netmon_collector.names.quic_cipher import decrypt, header_mask
from tests.support.rfc_initials import CLIENT_KEYS


def test_the_header_mask_is_that_of_the_appendix() -> None:
    """RFC 9001, A.2."""
    mask = header_mask(bytes.fromhex(CLIENT_KEYS[1][2]), bytes.fromhex("d1b1c98dd7689fb8ec11d242b123dc9b"))
    assert mask.hex().startswith("437b9aec36")


def test_what_was_sealed_with_nothing_in_it_is_opened() -> None:
    """Test case 1 of the GCM specification: all zero."""
    tag = bytes.fromhex("58e2fccefa7e3061367f1d57a4e7455a")
    assert decrypt(bytes(16), bytes(12), tag, b"") == b""


@pytest.mark.parametrize("data", [b"", bytes(15), bytes(16), bytes(40)])
def test_what_does_not_fit_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="do not open"):
        decrypt(bytes(16), bytes(12), data, b"")
