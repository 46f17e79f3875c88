from netmon.model import HistoryGap, HistoryGapKind
from netmon_recorder.recording.gap_book import GapBook

OFF = HistoryGapKind.COLLECTOR_OFF


def test_a_gap_that_lasts_is_told_and_its_end_replaces_it() -> None:
    book = GapBook()
    book.begin(OFF, 100.0)
    book.begin(OFF, 130.0)
    assert book.take() == (HistoryGap(kind=OFF, since_time=100.0),)
    book.end(OFF, 200.0)
    assert book.take() == (HistoryGap(kind=OFF, since_time=100.0, until_time=200.0),)
    assert not book.lasts(OFF)


def test_what_does_not_last_cannot_be_ended() -> None:
    book = GapBook()
    book.end(OFF, 200.0)
    assert book.take() == ()


def test_what_lasted_for_the_writer_before_can_be_ended() -> None:
    book = GapBook([HistoryGap(kind=OFF, since_time=100.0), HistoryGap(kind=HistoryGapKind.STOPPED, since_time=90.0)])
    book.end_all(150.0)
    assert [(gap.since_time, gap.until_time) for gap in book.take()] == [(90.0, 150.0), (100.0, 150.0)]


def test_drops_become_one_gap_as_long_as_they_follow_within_a_minute_and_an_hour() -> None:
    book = GapBook()
    for since in (0.0, 1.0, 60.0, 200.0):
        book.add_drops(since, since + 1, 10)
    assert [(gap.since_time, gap.until_time, gap.dropped_packets) for gap in book.take()] == [
        (0.0, 61.0, 30),
        (200.0, 201.0, 10),
    ]
    book.add_drops(201.0, 202.0, 5)
    assert [(gap.since_time, gap.dropped_packets) for gap in book.take()] == [(200.0, 15)], "replaces the one before"


def test_gaps_that_could_not_be_written_come_again_but_not_over_newer_words() -> None:
    book = GapBook()
    book.begin(OFF, 100.0)
    taken = book.take()
    book.end(OFF, 110.0)
    book.put_back(taken)
    assert [gap.until_time for gap in book.take()] == [110.0]


def test_what_another_kind_says_better_is_taken_back() -> None:
    book = GapBook()
    book.add(HistoryGap(kind=HistoryGapKind.MISSED, since_time=10.0, until_time=20.0))
    book.add(HistoryGap(kind=HistoryGapKind.MISSED, since_time=50.0, until_time=60.0))
    assert book.drop_within(HistoryGapKind.MISSED, 10.0, 20.0)
    assert not book.drop_within(HistoryGapKind.MISSED, 10.0, 20.0)
    assert [gap.since_time for gap in book.take()] == [50.0]
