"""AES as QUIC's Initials need it, from the library ``cryptography``. The one module that imports it."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB


def header_mask(key: bytes, sample: bytes) -> bytes:
    """Give the 16 bytes that hide parts of a header (RFC 9001, 5.4.3); ``sample`` has 16 bytes."""
    return Cipher(AES(key), ECB()).encryptor().update(sample)  # noqa: S305 -- one block, as the RFC says


def decrypt(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    """Open data with its tag of AEAD_AES_128_GCM (RFC 9001, 5.3). Raises ValueError where the key does not fit."""
    try:
        return AESGCM(key).decrypt(nonce, data, associated)
    except InvalidTag:
        raise ValueError("a QUIC packet that the client's keys do not open") from None
