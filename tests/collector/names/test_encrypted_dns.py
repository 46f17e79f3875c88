import pytest

from netmon.model import Protocol
from netmon_collector.core.name_facts import EncryptedDnsKind
from netmon_collector.names.encrypted_dns import encrypted_dns_kind

TCP, UDP = Protocol.TCP, Protocol.UDP


@pytest.mark.parametrize(
    ("protocol", "port", "name", "alpn", "expected"),
    [
        (TCP, 853, "", (), (EncryptedDnsKind.TLS, False)),
        (TCP, 443, "resolver.example", ("dot",), (EncryptedDnsKind.TLS, False)),
        (UDP, 853, "", (), (EncryptedDnsKind.QUIC, False)),
        (UDP, 8853, "resolver.example", ("doq",), (EncryptedDnsKind.QUIC, False)),
        (TCP, 443, "dns.google", ("h2",), (EncryptedDnsKind.HTTPS, True)),
        (UDP, 443, "mozilla.cloudflare-dns.com", ("h3",), (EncryptedDnsKind.HTTPS, True)),
        (TCP, 443, "notdns.google", ("h2",), None),
        (TCP, 443, "www.example.org", ("h2", "http/1.1"), None),
        (TCP, 443, "", (), None),
    ],
)
def test_only_what_a_client_says_itself_is_sure(
    protocol: Protocol, port: int, name: str, alpn: tuple[str, ...], expected: tuple[EncryptedDnsKind, bool] | None
) -> None:
    assert encrypted_dns_kind(protocol, port, name, alpn) == expected
