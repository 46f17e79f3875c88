"""What it costs that strangers see their own alone: a tick of 2,000 rows with nobody, one and 20 of them watching.

CPU milliseconds of the process, fastest of 15 ticks. The rows are of 20 users, 100 rows each; every row changes.
"""

import gc
import time

from netmon.codec import SnapshotEncoder, encode_stream_response
from netmon.model import View
from netmon_collector.core.monitor import Monitor
from tests.bench.table import Row
from tests.support import frames
from tests.support.wire import HERE, PEER, Machine, process, tcp_row

CONNECTIONS = 2_000
USERS = 20
TICKS = 15
_FIRST_UID = 1_000
_FIRST_PORT = 20_000


def measure() -> list[Row]:
    """Give milliseconds a tick; the budget for a stranger is what the full view costs."""
    tick, whole, own = _measure()
    return [
        ("tick (ms)", tick, None, None),
        ("the full view, composed and encoded (ms)", whole, None, None),
        ("the first stranger of 100 rows, beside it (ms)", own[0], whole, None),
        ("20 strangers of 100 rows each, beside it (ms)", sum(own), None, None),
        ("each further one (ms)", sum(own[1:]) / (USERS - 1), None, None),
    ]


def _measure() -> tuple[float, float, list[float]]:
    machine, encoder = _shared_machine(), SnapshotEncoder()
    uids = [_FIRST_UID + number for number in range(USERS)]
    ticks: list[float] = []
    whole: list[float] = []
    own: dict[int, list[float]] = {uid: [] for uid in uids}
    gc.collect()
    gc.disable()
    try:
        for _ in range(TICKS):
            _move(machine)
            begun = time.process_time()
            machine.tick()
            ticks.append(_since(begun))
            whole.append(_seen(machine.monitor, encoder, None))
            for uid in uids:
                own[uid].append(_seen(machine.monitor, encoder, uid))
    finally:
        gc.enable()
    return min(ticks), min(whole), [min(each) for each in own.values()]


def _seen(monitor: Monitor, encoder: SnapshotEncoder, uid: int | None) -> float:
    """Compose and encode what one caller sees, as the hub does once a tick for all who see the same."""
    begun = time.process_time()
    snapshot = monitor.compose(View(), every=1, since_sequence=None, only_uid=uid)
    encode_stream_response(encoder.encode(snapshot))
    assert uid is None or len(snapshot.connections) >= CONNECTIONS // USERS
    return _since(begun)


def _since(begun: float) -> float:
    return (time.process_time() - begun) * 1000


def _shared_machine() -> Machine:
    machine = Machine(flow_limit=2 * CONNECTIONS)
    owners = [
        process(100 + number, f"program{number % 6}", uid=_FIRST_UID + number % USERS) for number in range(3 * USERS)
    ]
    rows = [
        tcp_row((HERE, _FIRST_PORT + number), (PEER, 443), owners[number % len(owners)])
        for number in range(CONNECTIONS)
    ]
    _move(machine)
    machine.list_sockets(*rows, processes=tuple(owners))
    machine.tick()
    return machine


def _move(machine: Machine) -> None:
    machine.now += 0.1
    for number in range(CONNECTIONS):
        machine.tcp((HERE, _FIRST_PORT + number), (PEER, 443), frames.ACK, size=100)
