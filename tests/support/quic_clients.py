"""What a real QUIC client sends first: aioquic's Initials, made without a socket."""

from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection


def first_datagrams(server_name: str, *, version: int = 1, protocols: tuple[str, ...] = ("h3",)) -> list[bytes]:
    """The datagrams with which a client begins a connection to ``server_name``.

    Many protocols make the ClientHello longer than one datagram holds.
    """
    configuration = QuicConfiguration(
        is_client=True,
        server_name=server_name,
        alpn_protocols=list(protocols),
        original_version=version,
        supported_versions=[version],
    )
    client = QuicConnection(configuration=configuration)
    client.connect(("192.0.2.1", 443), now=0.0)
    return [datagram for datagram, _ in client.datagrams_to_send(now=0.0)]
