"""Which connections carry DNS that nobody else can read, as far as their ClientHello tells."""

from netmon.model import Protocol
from netmon_collector.core.name_facts import EncryptedDnsKind

__all__ = ["ENCRYPTED_DNS_PORT", "encrypted_dns_kind"]

ENCRYPTED_DNS_PORT = 853
"""DNS over TLS (RFC 7858, 3.1) and over QUIC (RFC 9250, 4.1.1)."""

_PUBLIC_RESOLVERS = frozenset(
    {
        "cloudflare-dns.com",
        "dns.adguard-dns.com",
        "dns.google",
        "dns.mullvad.net",
        "dns.nextdns.io",
        "dns.quad9.net",
        "doh.cleanbrowsing.org",
        "doh.opendns.com",
        "freedns.controld.com",
        "one.one.one.one",
    }
)
"""Where large public resolvers serve DNS over HTTPS, as their own pages say; names below these count too
(``mozilla.cloudflare-dns.com``). Others are not told from web servers: their ClientHellos are the same."""


def encrypted_dns_kind(
    protocol: Protocol, port: int, server_name: str, alpn: tuple[str, ...]
) -> tuple[EncryptedDnsKind, bool] | None:
    """Tell the kind of DNS that a client begins with, and whether that is inferred; None: nothing says that it is DNS.

    ``protocol`` and ``port`` are the server's; UDP stands for QUIC.
    """
    own_kind = EncryptedDnsKind.QUIC if protocol is Protocol.UDP else EncryptedDnsKind.TLS
    own_name = "doq" if protocol is Protocol.UDP else "dot"  # registered with IANA as ALPN ids
    if own_name in alpn or port == ENCRYPTED_DNS_PORT:
        return own_kind, False
    labels = server_name.split(".")
    if any(".".join(labels[start:]) in _PUBLIC_RESOLVERS for start in range(len(labels))):
        return EncryptedDnsKind.HTTPS, True
    return None
