"""What a group is: columns of a key, and the names behind their numbers."""

import heapq
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from netmon.model import BucketSize, Protocol, Scope, UsageDimension, UsageKey, UsageSums
from netmon_recorder.store.seconds import MANY_PROCESSES, NO_PROCESS, OTHERS_NAME, OTHERS_PROCESS

_COLUMNS: Final = {
    UsageDimension.USER: "k.user",
    UsageDimension.APPLICATION: "k.application",
    UsageDimension.REMOTE_HOST: "k.remote_host",
    UsageDimension.DOMAIN: "k.domain",
    UsageDimension.PROTOCOL: "k.protocol",
    UsageDimension.SCOPE: "k.scope",
    UsageDimension.INTERFACE: "k.interface",
}
EVERY_DIMENSION: Final = tuple(_COLUMNS)
"""Of every tier; seconds have the process too."""

_PROCESS_COLUMN: Final = "u.process"
_MANY: Final = f"({_PROCESS_COLUMN} = {MANY_PROCESSES})"
_OF_SECONDS: Final = frozenset({BucketSize.SECOND, BucketSize.MINUTE, BucketSize.RANGE})

_NAMES: Final = {
    UsageDimension.APPLICATION: "coalesce((SELECT a.identity FROM application a WHERE a.id = k.application), '')",
    **{
        dimension: f"coalesce((SELECT n.value FROM name n WHERE n.id = {_COLUMNS[dimension]}), '')"  # noqa: S608 -- names of ours
        for dimension in (
            UsageDimension.USER,
            UsageDimension.REMOTE_HOST,
            UsageDimension.DOMAIN,
            UsageDimension.INTERFACE,
        )
    },
}

_HOST_LIKE: Final = frozenset({UsageDimension.REMOTE_HOST, UsageDimension.DOMAIN})
_PROTOCOLS: Final = tuple(Protocol)
_SCOPES: Final = tuple(Scope)

NO_GROUP: Final = "(0 * k.is_folded)"
"""What is the same for all rows. A bare number would name a column of the answer."""

Numbers = tuple[int, ...]
"""A group as SQL gives it: the numbers of its dimensions, and at the end whether it is folded."""


def check_dimensions(dimensions: Sequence[UsageDimension], field: str, most: int) -> None:
    """Raise ValueError, naming the field, for too many, the same twice, or none of a kind that is known."""
    if len(dimensions) > most:
        raise ValueError(f"{field}: more than {most}")
    if UsageDimension.UNSPECIFIED in dimensions:
        raise ValueError(f"{field}: not a dimension that is known here")
    if len(set(dimensions)) < len(dimensions):
        raise ValueError(f"{field}: the same twice")


def check_no_process(dimension: UsageDimension, field: str) -> None:
    """Raise ValueError, naming the field, for a question that seconds alone could answer."""
    if dimension is UsageDimension.PROCESS:
        raise ValueError(f"{field}: processes are kept in seconds alone: ask for usage")


def is_of_seconds(dimensions: Sequence[UsageDimension], size: BucketSize, field: str) -> bool:
    """Tell whether a question is answered from seconds. Raise ValueError for processes in buckets that are longer."""
    if UsageDimension.PROCESS not in dimensions:
        return size is BucketSize.SECOND
    if size not in _OF_SECONDS:
        raise ValueError(f"{field}: processes are kept in seconds alone: by second, by minute or over the range")
    return True


def has_many(dimensions: Sequence[UsageDimension]) -> bool:
    """Whether there may be thousands of groups."""
    # Of a process there are few rows, and it is no part of a key.
    return UsageDimension.PROCESS not in dimensions and any(dimension in _HOST_LIKE for dimension in dimensions)


def column(dimension: UsageDimension) -> str:
    """Give the column of a dimension."""
    return _COLUMNS[dimension]


def columns(dimensions: Sequence[UsageDimension]) -> str:
    """Give the columns of a group, the last one telling whether it is folded."""
    if any(dimension in _HOST_LIKE for dimension in dimensions):
        folded = "k.is_folded"
    elif UsageDimension.APPLICATION in dimensions:
        folded = "(k.is_folded AND k.application = 0)"
    else:
        folded = NO_GROUP
    if UsageDimension.PROCESS in dimensions:
        folded = f"({folded} OR {_MANY})"
    return ", ".join([*(_COLUMNS.get(dimension, _PROCESS_COLUMN) for dimension in dimensions), folded])


def names(dimensions: Sequence[UsageDimension]) -> list[str]:
    """Give the names of a group as columns, in the order of a key's fields: the process has its number alone."""
    return [_NAMES.get(each, _COLUMNS[each]) for each in EVERY_DIMENSION if each in dimensions]


def biggest(
    connection: sqlite3.Connection, dimensions: Sequence[UsageDimension], moved: Mapping[Numbers, UsageSums], most: int
) -> list[Numbers]:
    """Give those of the groups that moved most, biggest first; what moved the same is by name.

    By number one would see which of them history knew first, and so whether another user was there before.
    """
    sizes = heapq.nlargest(most, (sums.total_bytes for sums in moved.values()))
    near = [numbers for numbers, sums in moved.items() if sums.total_bytes >= sizes[-1]]
    named = [each for each in dimensions if each is not UsageDimension.PROCESS]
    places = [dimensions.index(each) for each in named]
    keys = GroupNames(connection, named).keys((*(numbers[place] for place in places), numbers[-1]) for numbers in near)
    ranks = zip((-moved[numbers].total_bytes for numbers in near), keys, near, strict=True)
    return [numbers for _, _, numbers in heapq.nsmallest(most, ranks)]


class GroupNames:
    """Makes keys of groups; asks for the names of a whole answer at once."""

    def __init__(self, connection: sqlite3.Connection, dimensions: Sequence[UsageDimension]) -> None:
        self._connection = connection
        self._dimensions = tuple(dimensions)
        self._names: dict[int, str] = {0: ""}
        self._applications: dict[int, tuple[str, str]] = {0: ("", "")}
        nobody = (0, None, "")
        self._processes: dict[int, tuple[int, float | None, str]] = {
            NO_PROCESS: nobody,
            MANY_PROCESSES: nobody,
            OTHERS_PROCESS: (0, None, OTHERS_NAME),
        }

    def keys(self, groups: Iterable[Numbers]) -> list[UsageKey]:
        """Give the key of each group, in their order."""
        wanted = list(groups)
        for position, dimension in enumerate(self._dimensions):
            numbers = {group[position] for group in wanted}
            if dimension is UsageDimension.APPLICATION:
                self._load_applications(numbers - self._applications.keys())
            elif dimension is UsageDimension.PROCESS:
                self._load_processes(numbers - self._processes.keys())
            elif dimension not in (UsageDimension.PROTOCOL, UsageDimension.SCOPE):
                self._load_names(numbers - self._names.keys())
        return [self._key(group) for group in wanted]

    def _key(self, group: Numbers) -> UsageKey:
        key = UsageKey(is_folded=bool(group[-1]))
        for dimension, number in zip(self._dimensions, group, strict=False):
            match dimension:
                case UsageDimension.USER:
                    key = key._replace(user=self._names[number])
                case UsageDimension.APPLICATION:
                    identity, name = self._applications[number]
                    key = key._replace(application_id=identity, application_name=name)
                case UsageDimension.REMOTE_HOST:
                    key = key._replace(remote_host=self._names[number])
                case UsageDimension.DOMAIN:
                    key = key._replace(domain=self._names[number])
                case UsageDimension.PROTOCOL:
                    key = key._replace(protocol=_PROTOCOLS[number])
                case UsageDimension.SCOPE:
                    key = key._replace(scope=_SCOPES[number])
                case UsageDimension.PROCESS:
                    pid, start, name = self._processes[number]
                    key = key._replace(pid=pid, process_start_time=start, process_name=name)
                case UsageDimension.INTERFACE | UsageDimension.UNSPECIFIED:
                    key = key._replace(interface=self._names[number])
        return key

    def _load_names(self, numbers: set[int]) -> None:
        marks = _marks(numbers)
        rows = self._connection.execute(
            "SELECT id, value FROM name WHERE id IN (SELECT value FROM json_each(?))", (marks,)
        )
        self._names.update(rows.fetchall())

    def _load_processes(self, numbers: set[int]) -> None:
        rows = self._connection.execute(
            "SELECT id, pid, start_time, name FROM process WHERE id IN (SELECT value FROM json_each(?))",
            (_marks(numbers),),
        )
        self._processes.update({number: (pid, start, name) for number, pid, start, name in rows})

    def _load_applications(self, numbers: set[int]) -> None:
        marks = _marks(numbers)
        rows = self._connection.execute(
            "SELECT id, identity, name FROM application WHERE id IN (SELECT value FROM json_each(?))", (marks,)
        )
        self._applications.update({number: (identity, name) for number, identity, name in rows})


def _marks(numbers: set[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"
