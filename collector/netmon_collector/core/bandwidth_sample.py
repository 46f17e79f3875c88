"""What is kept of one second: as objects while it is new, and packed by the minute from then on."""

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from netmon.model import ApplicationBandwidth, BandwidthSample

__all__ = ["KeptSample", "PackedSamples", "Share", "pack"]

_QUICKLY: Final = 1
"""zlib's first level: a minute of five applications, 25 kB as text, becomes 3.7 kB in 0.8 ms, text and all; with the
sixth it is 3.1 kB."""


class Share(NamedTuple):
    """What of a sample is one user's: the busiest applications, and all together."""

    uid: int | None
    applications: tuple[ApplicationBandwidth, ...]
    sent_bytes: int
    received_bytes: int


class KeptSample(NamedTuple):
    """A sample that ended at ``now`` (monotonic), and what of it is each user's."""

    now: float
    whole: BandwidthSample
    ownerless: tuple[ApplicationBandwidth, ...]
    users: tuple[Share, ...]


class PackedSamples(NamedTuple):
    """Samples as one piece of memory; ``now`` is that of the last one.

    As objects, 25 a sample, that lived for 15 minutes among others that live for one, they kept more memory than their
    own from being used again.
    """

    now: float
    content: bytes

    def wholes(self) -> list[tuple[float, BandwidthSample]]:
        """Give when each ended and all of it, the oldest first."""
        return [(fields[0], _whole(fields)) for fields in self._unpack()]

    def samples(self) -> list[KeptSample]:
        """Give them with what is each user's, the oldest first. It takes twice as long."""
        return [_read(fields) for fields in self._unpack()]

    def _unpack(self) -> list["_Fields"]:
        return json.loads(zlib.decompress(self.content))


def pack(samples: Sequence[KeptSample]) -> PackedSamples:
    """Pack samples, at least one, that came in this order."""
    text = json.dumps([_fields(sample) for sample in samples], separators=(",", ":"))
    return PackedSamples(samples[-1].now, zlib.compress(text.encode(), _QUICKLY))


_Row = tuple[str, str, int, int]
_Part = tuple[int | None, list[_Row], int, int]
_Fields = tuple[float, tuple[float, float, int, int, int, int], list[_Row], list[_Row], list[_Part]]


def _fields(sample: KeptSample) -> _Fields:
    whole = sample.whole
    return (
        sample.now,
        (
            *(whole.time, whole.interval_seconds),
            *(whole.sent_bytes, whole.received_bytes, whole.loopback_bytes, whole.dropped_packets),
        ),
        _plain(whole.applications),
        _plain(sample.ownerless),
        [(share.uid, _plain(share.applications), share.sent_bytes, share.received_bytes) for share in sample.users],
    )


def _whole(fields: _Fields) -> BandwidthSample:
    time, interval_seconds, sent, received, loopback, dropped = fields[1]
    return BandwidthSample(
        time=time,
        interval_seconds=interval_seconds,
        sent_bytes=sent,
        received_bytes=received,
        loopback_bytes=loopback,
        applications=_rows(fields[2]),
        dropped_packets=dropped,
    )


def _read(fields: _Fields) -> KeptSample:
    now, _, _, ownerless, users = fields
    shares = [Share(uid, _rows(own), sent_bytes, received_bytes) for uid, own, sent_bytes, received_bytes in users]
    return KeptSample(now, _whole(fields), _rows(ownerless), tuple(shares))


def _plain(rows: Iterable[ApplicationBandwidth]) -> list[_Row]:
    return [(row.application_id, row.application_name, row.sent_bytes, row.received_bytes) for row in rows]


def _rows(rows: Iterable[_Row]) -> tuple[ApplicationBandwidth, ...]:
    return tuple(
        [
            ApplicationBandwidth(application_id=key, application_name=name, sent_bytes=sent, received_bytes=received)
            for key, name, sent, received in rows
        ]
    )
