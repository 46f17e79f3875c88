"""A machine on paper for tests of the core: it has addresses, makes frames and rows of sockets, and knows the time."""

import struct

from netmon.model import ConnectionState, Process, Protocol, Snapshot
from netmon_collector.core.batch import Batch
from netmon_collector.core.monitor import Monitor
from netmon_collector.core.packet import NO_PORT
from netmon_collector.core.sockets import LocalAddress, LocalNetwork, SocketRow, SocketScan
from tests.support import frames

HERE = bytes((192, 0, 2, 1))
PEER = bytes((198, 51, 100, 2))
STRANGER = bytes((203, 0, 113, 3))
LOCALHOST = bytes((127, 0, 0, 1))
LOCAL_MAC = bytes.fromhex("02000000000a")
START = 1_760_000_000.0

NETWORK = LocalNetwork(
    addresses=(
        LocalAddress(interface="lo", address=LOCALHOST, prefix_length=8),
        LocalAddress(interface="eth0", address=HERE, prefix_length=24, broadcast=bytes((192, 0, 2, 255))),
    ),
    macs=frozenset({LOCAL_MAC}),
)


def process(pid: int, name: str = "curl", *, start_time: float = START - 100, uid: int = 1000) -> Process:
    return Process(
        id=f"boot-{pid}-{start_time:.2f}",
        pid=pid,
        start_time=start_time,
        name=name,
        executable=f"/usr/bin/{name}",
        user="alice" if uid == 1000 else f"user{uid}",
        uid=uid,
        application_id=f"exe:/usr/bin/{name}",
        application_name=name,
        application_path=f"/usr/bin/{name}",
    )


class Machine:
    """A monitor with a clock of its own; every call is at ``now``."""

    def __init__(self, *, flow_limit: int = 1_000, has_lookup: bool = True) -> None:
        self.now = 1_000.0
        self.monitor = Monitor(
            "instance", now=self.now, wall_time=self.wall_time, flow_limit=flow_limit, has_lookup=has_lookup
        )
        self.monitor.add_network(NETWORK)

    @property
    def wall_time(self) -> float:
        return START + self.now - 1_000.0

    def tick(self, seconds: float = 1.0) -> Snapshot:
        self.now += seconds
        return self.monitor.tick(self.now, self.wall_time)

    def packet(self, payload: bytes, *, interface: str = "eth0", mac: bytes = frames.MAC_A) -> None:
        """Capture one IP packet now."""
        frame = frames.ethernet(payload, 0x86DD if payload[0] >> 4 == 6 else 0x0800, source=mac)
        seconds, fraction = divmod(self.wall_time, 1.0)
        record = struct.pack("=IIII", int(seconds), int(fraction * 1e6), 0, len(frame))
        self.monitor.add_batch(Batch(interface=interface, link_type=1, data=frame, records=record))

    def tcp(
        self,
        source: tuple[bytes, int],
        destination: tuple[bytes, int],
        flags: int = frames.ACK,
        *,
        size: int = 0,
        sequence: int = 7,
        interface: str = "eth0",
    ) -> None:
        segment = frames.tcp(source[1], destination[1], bytes(size), flags=flags, sequence=sequence)
        packet = frames.ipv4(segment, frames.TCP, source=source[0], destination=destination[0])
        self.packet(packet, interface=interface)

    def udp(
        self, source: tuple[bytes, int], destination: tuple[bytes, int], *, size: int = 0, interface: str = "eth0"
    ) -> None:
        datagram = frames.udp(source[1], destination[1], bytes(size))
        self.packet(frames.ipv4(datagram, source=source[0], destination=destination[0]), interface=interface)

    def echo(self, source: bytes, destination: bytes, identifier: int, *, is_reply: bool = False) -> None:
        """Send a ping, or the answer to one."""
        message = frames.icmp(0 if is_reply else 8, identifier)
        self.packet(frames.ipv4(message, 1, source=source, destination=destination))

    def list_sockets(
        self, *rows: SocketRow, processes: tuple[Process, ...] = (), is_complete: bool = True, sees_all: bool = True
    ) -> None:
        """Hand over a listing that began now."""
        self.monitor.add_processes(processes, self.now)
        scan = SocketScan(rows=rows, start_time=self.wall_time, is_complete=is_complete, sees_all_users=sees_all)
        self.monitor.add_sockets(scan, self.now)


def tcp_row(
    local: tuple[bytes, int],
    remote: tuple[bytes, int] | None = None,
    owner: Process | None = None,
    state: ConnectionState = ConnectionState.ESTABLISHED,
) -> SocketRow:
    return _row(Protocol.TCP, local, remote, owner, ConnectionState.LISTEN if remote is None else state)


def udp_row(
    local: tuple[bytes, int], remote: tuple[bytes, int] | None = None, owner: Process | None = None
) -> SocketRow:
    return _row(Protocol.UDP, local, remote, owner, ConnectionState.UNSPECIFIED)


def raw_row(ip_protocol: int, owner: Process | None = None, local: bytes = bytes(4)) -> SocketRow:
    return SocketRow(
        protocol=Protocol.ICMP if ip_protocol in {1, 58} else Protocol.OTHER,
        local_address=local,
        local_port=NO_PORT,
        process_id=owner.id if owner is not None else "",
        ip_protocol=ip_protocol,
        is_raw=True,
    )


def ping_row(identifier: int, owner: Process) -> SocketRow:
    return SocketRow(
        protocol=Protocol.ICMP, local_address=bytes(4), local_port=identifier, process_id=owner.id, ip_protocol=1
    )


def _row(
    protocol: Protocol,
    local: tuple[bytes, int],
    remote: tuple[bytes, int] | None,
    owner: Process | None,
    state: ConnectionState,
) -> SocketRow:
    return SocketRow(
        protocol=protocol,
        local_address=local[0],
        local_port=local[1],
        remote_address=remote[0] if remote is not None else None,
        remote_port=remote[1] if remote is not None else 0,
        state=state,
        process_id=owner.id if owner is not None else "",
    )
