"""Rows with and without domains, for the tests that are about names."""

from netmon.model import DomainSource, UnnamedReason
from netmon_client.testing import a_connection, a_process, a_snapshot

FIREFOX = a_process()
CURL = a_process(90210, "curl")

NAMED_ROWS = (
    a_connection(
        "www", process=FIREFOX, domain="www.example.org", domain_source=DomainSource.SNI, sent=4_000, received=900_000
    ),
    a_connection(
        "cdn",
        process=FIREFOX,
        domain="cdn.example.org",
        domain_source=DomainSource.QUIC,
        remote="198.51.100.9",
        sent=2_000,
        received=600_000,
    ),
    a_connection("dns", process=CURL, domain="cdn.example.org", remote="198.51.100.9", sent=100, received=300),
    a_connection("guess", process=CURL, domain="example.net", remote="203.0.113.7", sent=700, received=70_000),
    a_connection(
        "nameless",
        process=FIREFOX,
        remote="203.0.113.8",
        unnamed_reason=UnnamedReason.NOT_SEEN,
        sent=50_000,
        received=450_000,
    ),
    a_connection(
        "doh", process=FIREFOX, remote="192.0.2.53", unnamed_reason=UnnamedReason.ENCRYPTED_DNS, sent=90, received=80
    ),
)
"""Two registrable domains of three full ones, and two connections without one, of two programs."""

NAMED_SNAPSHOT = a_snapshot(NAMED_ROWS)
