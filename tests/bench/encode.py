"""What it costs to turn 2,000 rows into bytes and back: the plain way beside the one that keeps what did not change."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from netmon import codec
from netmon.codec import SnapshotDecoder, SnapshotEncoder
from netmon.model import Snapshot
from netmon.v1 import snapshot_pb2
from tests.bench.table import Row
from tests.support.busy_machine import busy_snapshot, next_tick

_T = TypeVar("_T")

ROWS = 2_000
_TICKS = 15


def measure() -> list[Row]:
    """Give milliseconds of CPU, fastest of 15 ticks each; the budget is that of building and encoding together."""
    return [*_encoding("all rows changing", 1.0), *_encoding("1 % changing", 0.01), *_decoding()]


def _encoding(name: str, changing_share: float) -> Iterator[Row]:
    ticks = _ticks(changing_share)
    plain = _fastest(ticks, lambda snapshot: codec.snapshot_to_wire(snapshot).SerializeToString())
    encoder = SnapshotEncoder()
    encoder.encode(ticks[0])
    kept = _fastest(ticks[1:], encoder.encode)
    yield f"encode {ROWS} rows, {name}, plain (ms)", plain, None, None
    yield f"encode {ROWS} rows, {name} (ms)", kept, None, plain / kept


def _decoding() -> Iterator[Row]:
    encoded = [codec.snapshot_to_wire(snapshot).SerializeToString() for snapshot in _ticks(1.0)]
    parse = _fastest(encoded, snapshot_pb2.Snapshot.FromString)
    plain = _fastest(encoded, lambda body: codec.snapshot_from_wire(snapshot_pb2.Snapshot.FromString(body)))
    yield f"parse {ROWS} rows into messages (ms)", parse, None, None
    yield f"decode {ROWS} rows into the model, plain (ms)", plain, None, None
    for name, changing_share in (("all rows changing", 1.0), ("1 % changing", 0.01)):
        encoder, decoder = SnapshotEncoder(), SnapshotDecoder()
        ticks = [encoder.encode(snapshot) for snapshot in _ticks(changing_share)]
        decoder.decode(ticks[0])
        kept = _fastest(ticks[1:], decoder.decode)
        yield f"decode {ROWS} rows, {name} (ms)", kept, None, plain / kept


def _ticks(changing_share: float) -> list[Snapshot]:
    ticks = [busy_snapshot(ROWS)]
    while len(ticks) < _TICKS:
        ticks.append(next_tick(ticks[-1], changing_share=changing_share))
    return ticks


def _fastest(values: list[_T], way: Callable[[_T], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        return min(_milliseconds(way, value) for value in values)
    finally:
        gc.enable()


def _milliseconds(way: Callable[[_T], object], value: _T) -> float:
    start = time.process_time()
    way(value)
    return (time.process_time() - start) * 1000
