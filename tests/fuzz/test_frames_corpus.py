"""Hostile frames, kept as files: each gives a value, in bounded work, and counts the same on both roads.

A file's name begins with its link type. What fuzzing finds is added here.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from netmon_collector.core.batch import Batch
from netmon_collector.core.frames import Frame, parse_frame
from netmon_collector.core.links import NotIp, Unreadable
from tests.support.frames import batch
from tests.support.recording_book import accounted, totals

CORPUS = sorted((Path(__file__).parent / "corpus" / "frames").glob("*.bin"))

MOST_LINES = 160
"""Python lines that one frame may cost. A plain TCP packet costs 69, one with eight extension headers 130."""

hostile = pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)


def link_type_of(path: Path) -> int:
    return int(path.stem.split("-")[0])


def lines_run(frame: bytes, link_type: int) -> int:
    """How many lines the parser runs for the frame."""
    lines = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse_frame(frame, 0, len(frame), link_type, 0.0)
    finally:
        sys.settrace(before)
    return lines


def test_the_corpus_is_there() -> None:
    assert len(CORPUS) >= 79


@hostile
def test_a_hostile_frame_gives_a_value(path: Path) -> None:
    frame = path.read_bytes()
    assert isinstance(parse_frame(frame, 0, len(frame), link_type_of(path), 0.0), Frame | NotIp | Unreadable)


@hostile
def test_a_hostile_frame_costs_bounded_work(path: Path) -> None:
    assert 0 < lines_run(path.read_bytes(), link_type_of(path)) <= MOST_LINES


@hostile
def test_every_beginning_of_a_hostile_frame_gives_a_value(path: Path) -> None:
    frame = path.read_bytes()
    for captured in range(min(len(frame), 200)):
        assert isinstance(parse_frame(frame, 0, captured, link_type_of(path), 0.0), Frame | NotIp | Unreadable)


@hostile
def test_a_hostile_frame_is_counted_alike_on_both_roads(path: Path) -> None:
    frame, link_type = path.read_bytes(), link_type_of(path)
    one_by_one, _ = accounted(*[batch([frame], link_type=link_type)] * 3)
    together = batch([frame] * 3, link_type=link_type)
    # Data goes on behind the last frame, so that no frame is too near the end for the quick road.
    roomy = Batch(interface="eth0", link_type=link_type, data=together.data + bytes(99), records=together.records)
    quick, _ = accounted(roomy)
    assert totals(quick) == totals(one_by_one)
    assert quick.malformed == one_by_one.malformed
    assert quick.non_ip("eth0") == one_by_one.non_ip("eth0")
