"""The samples in the appendices of RFC 9001 and RFC 9369: one ClientHello, protected in both versions."""

DESTINATION_ID = bytes.fromhex("8394c8f03e515708")

CRYPTO_FRAME = bytes.fromhex(
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
    "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
    "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
    "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
    "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
    "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
    "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
    "75300901100f088394c8f03e51570806048000ffff"
)
"""RFC 9001, A.2: the unprotected payload without its padding."""

PROTECTED_BEGINNINGS = {
    1: bytes.fromhex(
        "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c"
    ),
    0x6B3343CF: bytes.fromhex(
        "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c"
    ),
}
"""By version: how the protected packet begins (RFC 9001, A.2; RFC 9369, A.2)."""

PROTECTED_ENDS = {1: bytes.fromhex("e221af44860018ab0856972e194cd934")}
"""The tag of version 1's packet."""

CLIENT_KEYS = {
    1: ("1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"),
    0x6B3343CF: ("8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"),
}
"""By version: key, initialization vector, header protection key (RFC 9001, A.1; RFC 9369, A.1)."""
