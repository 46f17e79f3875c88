"""Frames as a names handle shows them: DNS, ClientHellos and Initials between two addresses, whole."""

from netmon_collector.core.sockets import LocalAddress, LocalNetwork
from tests.support.frames import ACK, IP6_A, IP6_B, IP_A, IP_B, ethernet, ipv4, ipv6, tcp, udp
from tests.support.name_messages import dns_message, question

HERE, THERE = IP_A, IP_B
HERE6, THERE6 = IP6_A, IP6_B

NETWORK = LocalNetwork(
    addresses=(
        LocalAddress(interface="eth0", address=HERE, prefix_length=24),
        LocalAddress(interface="eth0", address=HERE6, prefix_length=64),
    )
)

PSH = 0x08
QUERY, ANSWER = 0x0100, 0x8180


def datagram(source: bytes, source_port: int, destination: bytes, destination_port: int, payload: bytes) -> bytes:
    """A UDP datagram in an Ethernet frame."""
    wrap, ether_type = (ipv4, 0x0800) if len(source) == 4 else (ipv6, 0x86DD)
    content = udp(source_port, destination_port, payload)
    return ethernet(wrap(content, 17, source=source, destination=destination), ether_type)


def segment(
    source: bytes,
    source_port: int,
    destination: bytes,
    destination_port: int,
    payload: bytes,
    *,
    sequence: int = 1_000,
    flags: int = ACK | PSH,
) -> bytes:
    """A TCP segment in an Ethernet frame."""
    wrap, ether_type = (ipv4, 0x0800) if len(source) == 4 else (ipv6, 0x86DD)
    content = tcp(source_port, destination_port, payload, flags=flags, sequence=sequence)
    return ethernet(wrap(content, 6, source=source, destination=destination), ether_type)


def query(name: str = "www.example.org", record_type: int = 1, *, message_id: int = 7) -> bytes:
    """A DNS message that asks."""
    return dns_message(questions=[question(name, record_type)], flags=QUERY, message_id=message_id)


def answer(name: str, *records: bytes, record_type: int = 1, message_id: int = 7, flags: int = ANSWER) -> bytes:
    """A DNS message that answers it."""
    return dns_message(questions=[question(name, record_type)], answers=records, flags=flags, message_id=message_id)


def asked(payload: bytes, *, port: int = 40_000, server: bytes = THERE) -> bytes:
    """A frame from here to a resolver."""
    return datagram(HERE if len(server) == 4 else HERE6, port, server, 53, payload)


def answered(payload: bytes, *, port: int = 40_000, server: bytes = THERE) -> bytes:
    """A frame from a resolver to here."""
    return datagram(server, 53, HERE if len(server) == 4 else HERE6, port, payload)
