"""What the helper answers, as plain tuples that marshal knows; each side keeps what the other has, and sends the rest.

A listing of 2,000 sockets of which nothing is new is a list of 2,000 numbers: the rows stay the same objects.
"""

from array import array
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

from netmon.model import ConnectionState, OwnerConfidence, OwnerMethod, OwnerWay, Process, Protocol
from netmon_collector.core.questions import Answer, Question
from netmon_collector.core.sockets import ForeignPlace, ForeignScan, PacketSocketRow, SocketRow, SocketScan
from netmon_collector.host.ports import Answers, ForeignListing, Listing

__all__ = ["AnswerReader", "AnswerWriter", "ListingReader", "ListingWriter", "read_foreign", "write_foreign"]

KNOWN_LIMIT: Final = 256
"""Processes that both sides remember; of more, all are forgotten and sent again when they are named, which is less than
1 kB each. A machine that starts one a second would fill 4,096 places in an hour, with 1.5 kB each on either side."""

Plain = tuple[Any, ...]

_NEW: Final = -1
_PROCESS_FIELDS: Final = (
    *("id", "pid", "start_time", "name", "executable", "user", "uid", "parent_pid", "parent_name", "command_line"),
    *("application_id", "application_name", "application_path", "unit", "container"),
)
_process: Final = attrgetter(*_PROCESS_FIELDS)
_PROTOCOLS: Final = {int(one): one for one in Protocol}
_STATES: Final = {int(one): one for one in ConnectionState}
_METHODS: Final = {int(one): one for one in OwnerMethod}
_CONFIDENCES: Final = {int(one): one for one in OwnerConfidence}


def _read_process(values: Plain) -> Process:
    return Process(**dict(zip(_PROCESS_FIELDS, values, strict=True)))


def _row(row: SocketRow) -> Plain:
    return (
        *(int(row.protocol), row.local_address, row.local_port, row.remote_address, row.remote_port, int(row.state)),
        *(row.process_id, row.holder_ids, row.ip_protocol, row.is_raw),
    )


def _read_row(values: Plain) -> SocketRow:
    protocol, local, local_port, remote, remote_port, state, process_id, holder_ids, ip_protocol, is_raw = values
    return SocketRow(
        protocol=_PROTOCOLS[protocol],
        local_address=local,
        local_port=local_port,
        remote_address=remote,
        remote_port=remote_port,
        state=_STATES[state],
        process_id=process_id,
        holder_ids=holder_ids,
        ip_protocol=ip_protocol,
        is_raw=is_raw,
    )


class ListingWriter:
    """Listings as differences to the one before."""

    def __init__(self) -> None:
        """Send all of the first one."""
        self._rows: tuple[SocketRow, ...] = ()
        self._processes: dict[str, Process] = {}

    def write(self, listing: Listing, ways: Iterable[OwnerWay]) -> Plain:
        """Give what `ListingReader.read` makes the same listing of; ``ways`` are the lister's ``holder_ways``."""
        scan = listing.scan
        before = {id(row): number for number, row in enumerate(self._rows)}
        numbers = array("i", [before.get(id(row), _NEW) for row in scan.rows])
        fresh = [_row(row) for row, number in zip(scan.rows, numbers, strict=True) if number == _NEW]
        known = self._processes
        changed = [_process(process) for process in listing.processes if known.get(process.id) is not process]
        self._rows = scan.rows
        self._processes = {process.id: process for process in listing.processes}
        return (
            *(numbers.tobytes(), fresh, changed, [process.id for process in listing.processes]),
            *(scan.start_time, scan.is_complete, scan.sees_all_users, [int(one) for one in scan.protocols]),
            [(one.interface, one.process_id, one.holder_ids) for one in scan.packet_sockets],
            *(list(scan.tun_holder_ids), scan.is_forwarding),
            [(way.name, way.in_use, way.reason) for way in ways],
        )


class ListingReader:
    """The other side of a `ListingWriter`."""

    def __init__(self) -> None:
        """Have nothing yet."""
        self._rows: tuple[SocketRow, ...] = ()
        self._processes: dict[str, Process] = {}

    def read(self, values: Plain) -> tuple[Listing, tuple[OwnerWay, ...]]:
        """Give the listing and the lister's ways."""
        numbers, fresh, changed, named, start, is_complete, sees_all, protocols, packets, tuns, is_forwarding, ways = (
            values
        )
        places: array[int] = array("i")
        places.frombytes(numbers)
        before, new = self._rows, map(_read_row, fresh)
        self._rows = tuple([before[place] if place >= 0 else next(new) for place in places])
        known = self._processes
        known.update((one[0], _read_process(one)) for one in changed)
        self._processes = {key: known[key] for key in named}
        scan = SocketScan(
            rows=self._rows,
            start_time=start,
            is_complete=is_complete,
            sees_all_users=sees_all,
            protocols=frozenset(_PROTOCOLS[one] for one in protocols),
            packet_sockets=tuple(
                PacketSocketRow(interface=name, process_id=process_id, holder_ids=holder_ids)
                for name, process_id, holder_ids in packets
            ),
            tun_holder_ids=frozenset(tuns),
            is_forwarding=is_forwarding,
        )
        told = tuple(OwnerWay(name=name, in_use=in_use, reason=reason) for name, in_use, reason in ways)
        return Listing(scan=scan, processes=tuple(self._processes.values())), told


class AnswerWriter:
    """Answers, with each process once."""

    def __init__(self) -> None:
        """Begin with no process that the other side knows."""
        self._sent: dict[str, Process] = {}

    def write(self, found: Answers, questions: Sequence[Question]) -> Plain:
        """Give what `AnswerReader.read` makes the answers of; a process that a question named is not sent back."""
        owners = {id(question.owner) for question in questions if question.owner is not None}
        is_anew = len(self._sent) + len(found.processes) > KNOWN_LIMIT
        if is_anew:
            self._sent = {}
        fresh: list[Plain] = []
        for process in found.processes:
            if id(process) not in owners and self._sent.get(process.id) is not process:
                self._sent[process.id] = process
                fresh.append(_process(process))
        asked = None if found.asked is None else [question.id for question in found.asked]
        return (is_anew, fresh, [_answer(answer) for answer in found.answers], asked)


class AnswerReader:
    """The other side of an `AnswerWriter`."""

    def __init__(self) -> None:
        """Know no process yet."""
        self._known: dict[str, Process] = {}

    def read(self, values: Plain, questions: Sequence[Question]) -> Answers:
        """Give the answers to ``questions``, and the processes that they name."""
        is_anew, fresh, rows, numbers = values
        if is_anew:
            self._known = {}
        self._known.update((one[0], _read_process(one)) for one in fresh)
        answers: list[Answer] = []
        named: dict[str, Process] = {}
        for number, process_id, method, confidence, holder_ids, is_final, cookie in rows:
            question = questions[int(number)]
            for key in (process_id, *holder_ids):
                process = self._known.get(key)
                if process is None and question.owner is not None and question.owner.id == key:
                    process = question.owner
                if process is not None:
                    named[key] = process
            sure = _CONFIDENCES[confidence]
            answers.append(Answer(question.id, process_id, _METHODS[method], sure, holder_ids, is_final, cookie))
        asked = None if numbers is None else tuple(questions[int(number)] for number in numbers)
        return Answers(answers=tuple(answers), processes=tuple(named.values()), asked=asked)


def _answer(answer: Answer) -> Plain:
    return (
        *(answer.id, answer.process_id, int(answer.method), int(answer.confidence)),
        *(answer.holder_ids, answer.is_final, answer.cookie),
    )


def write_foreign(listing: ForeignListing) -> Plain:
    """Give what ``read_foreign`` makes the same listing of."""
    places = [([_row(row) for row in place.rows], list(place.addresses)) for place in listing.scan.places]
    processes = [_process(process) for process in listing.processes]
    return (places, listing.scan.start_time, listing.scan.left_out_count, processes)


def read_foreign(values: Plain) -> ForeignListing:
    """Give the listing of other network namespaces."""
    places, start_time, left_out_count, processes = values
    found = tuple(
        ForeignPlace(rows=tuple(map(_read_row, rows)), addresses=frozenset(addresses)) for rows, addresses in places
    )
    scan = ForeignScan(places=found, start_time=start_time, left_out_count=left_out_count)
    return ForeignListing(scan=scan, processes=tuple(map(_read_process, processes)))
