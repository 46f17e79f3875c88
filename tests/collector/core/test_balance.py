"""The law that rows and what has no owner make up the totals, whatever happens in whatever order."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from netmon.model import DomainSource, Process, Protocol, View
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.name_facts import DnsFact, HelloFact, HelloWithoutName
from tests.support import frames
from tests.support.balance import assert_adds_up, assert_balanced, assert_interfaces_balanced, assert_is_own
from tests.support.wire import HERE, LOCALHOST, NETWORK, PEER, STRANGER, Machine, process, tcp_row, udp_row

WEB, DNS = (PEER, 443), (PEER, 53)
CURL = process(10)
NGINX = process(20, "nginx")
OTHER_CURL = process(11, uid=1001)
UIDS = (1000, 1001, 1002)
"""Two users that have processes, one of them in an application that both use, and one who has none."""


class Balance(RuleBasedStateMachine):
    """Whatever happens in whatever order, the books balance in every view."""

    @initialize(limit=st.sampled_from([8, 40, 1_000]), domains=st.sampled_from([1, 2, 1_000]))
    def begin(self, limit: int, domains: int) -> None:
        self.machine = Machine(flow_limit=limit)
        for uid in (None, *UIDS):
            self.machine.monitor.hold_period(3, uid)
        self.machine.monitor._book.ledger.domains._limit = domains
        self.seen = 0

    ports: st.SearchStrategy[int] = st.integers(1, 12)
    interfaces = st.sampled_from(["eth0", "eth1"])
    names: st.SearchStrategy[str] = st.sampled_from(["a.example.org", "b.example.org", "example.net", "host.test"])

    @rule(
        port=ports,
        size=st.integers(0, 1_400),
        flags=st.sampled_from([2, 18, 16, 17, 4]),
        out=st.booleans(),
        interface=interfaces,
    )
    def tcp(self, port: int, size: int, flags: int, out: bool, interface: str) -> None:
        ends = (HERE, port), WEB
        self.machine.tcp(*(ends if out else ends[::-1]), flags=flags, size=size, sequence=size, interface=interface)

    @rule(port=ports, size=st.integers(0, 1_400), out=st.booleans(), other=st.sampled_from([PEER, STRANGER, LOCALHOST]))
    def udp(self, port: int, size: int, out: bool, other: bytes) -> None:
        ends = (LOCALHOST if other == LOCALHOST else HERE, port), (other, 53)
        self.machine.udp(*(ends if out else ends[::-1]), size=size)

    @rule(size=st.integers(0, 100), interface=interfaces)
    def forward(self, size: int, interface: str) -> None:
        self.machine.udp((STRANGER, 9), (PEER, 9), size=size, interface=interface)

    @rule()
    def fragment(self) -> None:
        self.machine.packet(frames.ipv4(bytes(30), fragment=64, identification=5, source=PEER, destination=HERE))

    @rule(owned=st.lists(ports, max_size=6), listener=st.booleans(), wildcard=st.booleans(), complete=st.booleans())
    def list_sockets(self, owned: list[int], listener: bool, wildcard: bool, complete: bool) -> None:
        rows: list[Any] = [tcp_row((HERE, port), WEB, CURL if port % 2 else NGINX) for port in set(owned)]
        rows += [udp_row((HERE, port), (PEER, 53), CURL) for port in set(owned) if port % 3 == 0]
        rows += [udp_row((HERE, port), (PEER, 53), OTHER_CURL) for port in set(owned) if port % 3 == 1]
        rows += [tcp_row((bytes(4), port), None, NGINX) for port in range(1, 13, 5) if listener]
        rows += [udp_row((bytes(4), port), None, CURL if port % 2 else None) for port in range(1, 13) if wildcard]
        self.machine.now += 0.01
        self.machine.list_sockets(*rows, processes=(CURL, NGINX, OTHER_CURL), is_complete=complete)

    @rule(port=st.integers(20, 26))
    def burst(self, port: int) -> None:
        for _ in range(9):
            self.machine.udp((HERE, port), (STRANGER, 99))

    @rule(owned=st.lists(ports, max_size=6), owner=st.sampled_from([CURL, NGINX, OTHER_CURL]), is_new=st.booleans())
    def change_hands(self, owned: list[int], owner: Process, is_new: bool) -> None:
        if is_new:
            owner = process(
                owner.pid, owner.name, start_time=self.machine.wall_time - 5, uid=1001 if owner is OTHER_CURL else 1000
            )
        rows = [row((HERE, port), peer, owner) for port in set(owned) for row, peer in ((tcp_row, WEB), (udp_row, DNS))]
        rows += [udp_row((bytes(4), port), None, owner) for port in range(5, 9)]
        self.machine.now += 0.01
        self.machine.list_sockets(*rows, processes=(owner,))

    @rule(seconds=st.sampled_from([0.5, 1.0, 31.0, 61.0, 400.0]))
    def tick(self, seconds: float) -> None:
        snapshot = self.machine.tick(seconds)
        assert_balanced(snapshot)
        assert_interfaces_balanced(snapshot, self.machine.monitor.interface_ledgers)

    @rule(port=ports, server=names, is_udp=st.booleans(), has_name=st.booleans())
    def greet(self, port: int, server: str, is_udp: bool, has_name: bool) -> None:
        key = FlowKey(Protocol.UDP, 17, HERE, port, *DNS) if is_udp else FlowKey(Protocol.TCP, 6, HERE, port, *WEB)
        source = DomainSource.QUIC if is_udp else DomainSource.SNI
        fact = (
            HelloFact(time=self.machine.wall_time, key=key, server_name=server, source=source)
            if has_name
            else HelloWithoutName(time=self.machine.wall_time, key=key, source=source)
        )
        self.machine.monitor.add_names([fact], self.machine.now)

    @rule(server=names, address=st.sampled_from([PEER, STRANGER]), port=ports, seconds_ago=st.sampled_from([0.0, 2.0]))
    def answer(self, server: str, address: bytes, port: int, seconds_ago: float) -> None:
        fact = DnsFact(
            time=self.machine.wall_time - seconds_ago,
            asked_name=server,
            address=address,
            chain=(server,),
            ttl_seconds=30,
            asker=FlowKey(Protocol.UDP, 17, HERE, port, *DNS),
        )
        self.machine.monitor.add_names([fact], self.machine.now)

    @rule()
    def clear(self) -> None:
        self.machine.monitor.clear(self.machine.now, self.machine.wall_time)

    @rule()
    def move(self) -> None:
        self.machine.monitor.add_network(NETWORK)

    @precondition(lambda self: self.machine.monitor.latest is not None)
    @rule(
        every=st.sampled_from([1, 3]),
        back=st.integers(1, 5),
        limit=st.sampled_from([0, 1, 3]),
        only_uid=st.sampled_from([None, *UIDS]),
    )
    def look(self, every: int, back: int, limit: int, only_uid: int | None) -> None:
        monitor = self.machine.monitor
        assert monitor.latest is not None
        since = max(0, monitor.latest.sequence - back * every)
        view = View(row_limit=limit)
        seen = monitor.compose(view, every=every, since_sequence=since, only_uid=only_uid)
        assert_balanced(seen)
        if only_uid is not None:
            assert_is_own(seen, only_uid)
            assert_adds_up(monitor.compose(view, every=every, since_sequence=since), seen, only_uid)

    @invariant()
    def bounded(self) -> None:
        if hasattr(self, "machine"):
            assert self.machine.monitor.tracked_count <= self.machine.monitor.tracked_limit


Balance.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_the_books_balance = Balance.TestCase
