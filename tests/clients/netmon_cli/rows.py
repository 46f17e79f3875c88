"""The rows that the tests of the CLI look at: one of each kind that is shown in a way of its own."""

from dataclasses import replace

from netmon.model import (
    Connection,
    ConnectionFacts,
    ConnectionState,
    Degradation,
    Direction,
    DomainSource,
    Protocol,
    Remainder,
    Scope,
    Traffic,
)
from netmon_client.testing import a_connection, a_process, a_snapshot, a_status

FIREFOX = a_process()
CURL = a_process(90210, "curl")
SSHD = a_process(812, "sshd", "root", 0)

HOSTILE_NAME = "ev\x1b[31mil\n\x9b2J\u202e[bold]=cmd()[/bold]"
"""ESC, a line end, an eight-bit CSI, a direction override, and markup."""

WEB = a_connection("web", process=FIREFOX, sent=40_000, received=20_000_000)
NAMED = WEB._replace(
    facts=replace(WEB.facts, domain="example.org", domain_source=DomainSource.SNI),
)
GUESSED = WEB._replace(
    facts=replace(WEB.facts, domain="example.org", domain_source=DomainSource.DNS),
)
VERSION_6 = a_connection(
    "v6",
    process=FIREFOX,
    local="2001:db8::5",
    remote="2606:2800:220:1:248:1893:25c8:1946",
    protocol=Protocol.UDP,
    state=ConnectionState.ACTIVE,
    sent=1_200,
    received=280_000,
)
UPLOAD = a_connection(
    "upload",
    process=CURL,
    remote="10.1.2.3",
    remote_port=22,
    scope=Scope.LAN,
    state=ConnectionState.CLOSE_WAIT,
    sent=1_600_000,
    received=4_000,
)
LISTENER = a_connection(
    "listener",
    process=SSHD,
    local="0.0.0.0",  # noqa: S104 -- an address to show, nothing is bound
    local_port=22,
    remote=None,
    state=ConnectionState.LISTEN,
    direction=Direction.UNSPECIFIED,
    sent=0,
    received=0,
)
PING = a_connection(
    "ping",
    protocol=Protocol.ICMP,
    local_port=None,
    remote_port=None,
    state=ConnectionState.ACTIVE,
    sent=840,
    received=840,
)
HOSTILE = a_connection(
    "hostile",
    process=a_process(666, HOSTILE_NAME),
    remote="198.51.100.9",
    remote_port=53,
    protocol=Protocol.UDP,
    state=ConnectionState.IDLE,
    sent=60,
    received=120,
)
WIDE = a_connection("wide", process=a_process(77, "中文程序"), state=ConnectionState.SYN_SENT, sent=60, received=0)
ENDED = a_connection(
    "ended", process=CURL, state=ConnectionState.CLOSED, sent=2_000, received=9_000, end_time=1_700_000_020.5
)
REST = Connection(
    facts=ConnectionFacts(id="rest", protocol=Protocol.UNSPECIFIED, remainder=Remainder.CLOSED),
    traffic=Traffic(sent_bytes=55_000, received_bytes=7_700_000),
)

ROWS = (WEB, VERSION_6, UPLOAD, LISTENER, PING, HOSTILE, WIDE, ENDED, REST)
SNAPSHOT = a_snapshot(ROWS)
NOW = SNAPSHOT.time
STATUS = replace(
    a_status(),
    active_connection_count=7,
    listening_count=1,
    attributed_share=0.9996,
    degraded=(
        Degradation(code="owners.psutil", text="owners are looked up once a second", remedy="Install what is better"),
    ),
)
