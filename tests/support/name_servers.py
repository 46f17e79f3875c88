"""TLS over TCP and QUIC servers for tests of names: both send as many bytes as they are asked for, on one port.

``python -m tests.support.name_servers DIRECTORY ADDRESS...``: the certificate is made in the directory. It prints a
line when it listens, and ends with its input.
"""

# aioquic annotates only part of what it takes.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

import asyncio
import datetime as dt
import ssl
import struct
import sys
from pathlib import Path

from aioquic.asyncio.server import serve
from aioquic.quic.configuration import QuicConfiguration
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PORT = 443
REQUEST = struct.Struct("!Q")
"""How many bytes a client wants."""
ALPN = "netmon-test"

_NOT_BEFORE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_NOT_AFTER = dt.datetime(2049, 1, 1, tzinfo=dt.UTC)


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key; clients check neither."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server.example")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
    builder = builder.serial_number(1).not_valid_before(_NOT_BEFORE).not_valid_after(_NOT_AFTER)
    certificate = builder.sign(key, hashes.SHA256())
    certificate_path, key_path = directory / "certificate.pem", directory / "key.pem"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send what is asked for, until the client has enough."""
    try:
        while True:
            (size,) = REQUEST.unpack(await reader.readexactly(REQUEST.size))
            writer.write(bytes(size))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(directory: Path, addresses: list[str]) -> None:
    """Serve until standard input ends."""
    certificate, key = make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    quic = QuicConfiguration(is_client=False, alpn_protocols=[ALPN])
    quic.load_cert_chain(certificate, key)
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(answer(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    for address in addresses:  # of each its own socket: an answer must come from the address that was called
        await asyncio.start_server(begin, address, PORT, ssl=context)
        await serve(address, PORT, configuration=quic, stream_handler=begin)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
