"""Tables of fields: what an absent, a newer and a nonsensical field becomes."""

from math import nan

import pytest

from netmon.codec.records import OPTIONAL_TIME, TIME, RecordCodec, enum
from netmon.model import AggregationReport, Calendar, HistoryGap, HistoryGapKind
from netmon.v1 import history_pb2, history_storage_pb2

_GAPS = RecordCodec(
    HistoryGap,
    history_pb2.HistoryGap,
    {"kind": enum(HistoryGapKind), "since_time": TIME, "until_time": OPTIONAL_TIME},
)


def test_a_plain_field_needs_no_entry() -> None:
    gap = HistoryGap(kind=HistoryGapKind.DROPS, since_time=1.5, dropped_packets=7)
    assert _GAPS.from_wire(_GAPS.to_wire(gap)) == gap


def test_a_time_that_must_be_there_is_missed_by_name() -> None:
    with pytest.raises(ValueError, match=r"^HistoryGap\.since_time: missing$"):
        _GAPS.from_wire(history_pb2.HistoryGap())


def test_a_word_that_only_a_newer_peer_knows_is_unspecified() -> None:
    wire = _GAPS.to_wire(HistoryGap(kind=HistoryGapKind.STOPPED, since_time=1.0))
    newer = history_pb2.HistoryGap.FromString(wire.SerializeToString() + bytes([1 << 3, 99]))
    assert _GAPS.from_wire(newer).kind is HistoryGapKind.UNSPECIFIED


def test_a_number_that_is_none_is_refused_by_name() -> None:
    wire = history_storage_pb2.AggregationReport(seconds=nan)
    with pytest.raises(ValueError, match=r"^AggregationReport\.seconds: not a finite number$"):
        RecordCodec(AggregationReport, history_storage_pb2.AggregationReport).from_wire(wire)


def test_text_that_no_message_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        RecordCodec(Calendar, history_pb2.Calendar).to_wire(Calendar(time_zone="\udcff"))
