import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_recorder.recording.checkpoint import Checkpoint, decode_checkpoint, encode_checkpoint
from netmon_recorder.recording.meter import Counts, Marks

counts = st.builds(Counts, st.integers(0, 2**63), st.integers(0, 2**63), st.integers(0, 2**63))


@given(
    rows=st.dictionaries(st.text(max_size=20), counts, max_size=5),
    scopes=st.dictionaries(st.integers(0, 3), counts),
    dropped=st.integers(0, 2**40),
    instance=st.text(max_size=20),
)
def test_it_comes_back_as_it_was(
    rows: dict[str, Counts], scopes: dict[int, Counts], dropped: int, instance: str
) -> None:
    marks = Marks(rows=rows, scopes=scopes, owed=scopes, dropped_packets=dropped)
    checkpoint = Checkpoint(instance_id=instance, marks=marks)
    assert decode_checkpoint(encode_checkpoint(checkpoint)) == checkpoint


@given(data=st.binary(max_size=100))
def test_other_bytes_are_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|JSON|Expecting|decode|codec"):
        decode_checkpoint(data)


@pytest.mark.parametrize(
    "values",
    [
        [],
        {},
        {"version": 2},
        {"version": 1},
        {"version": 1, "instance": "a", "rows": {"a": [1, 2, 3, 4]}, "scopes": {}, "owed": {}, "dropped": 0},
        {"version": 1, "instance": "a", "rows": {"a": [1, None, 3]}, "scopes": {}, "owed": {}, "dropped": 0},
        {"version": 1, "instance": "a", "rows": [], "scopes": {}, "owed": {}, "dropped": 0},
        {"version": 1, "instance": "a", "rows": {}, "scopes": {"x": [1, 2, 3]}, "owed": {}, "dropped": 0},
    ],
)
def test_other_values_are_none(values: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_checkpoint(zlib.compress(json.dumps(values).encode()))


def test_200_connections_take_a_few_kilobytes() -> None:
    rows = {f"{number:016x}": Counts(number * 977, number * 7_919, number * 3) for number in range(200)}
    data = encode_checkpoint(Checkpoint(instance_id="a", marks=Marks(rows=rows)))
    assert len(data) < 8_000
