"""What the user of the live view has chosen."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from netmon.model import Filter, FilterField, Term
from netmon_client.query import format_filter
from netmon_client.units import RateUnits

__all__ = ["INTERVALS", "SUBJECTS", "Choices", "Subject", "hiding", "subject_after", "turned"]

Subject = Literal["connections", "apps", "domains"]

SUBJECTS: Final[tuple[Subject, ...]] = ("connections", "apps", "domains")
"""What the table can show, in the order in which a key goes through them."""

INTERVALS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Refresh rates that + and - go through, in seconds."""

_LONGEST_NAME: Final = 255  # a pattern may have 256 characters (netmon_client.query)
_UNITS: Final[tuple[RateUnits, ...]] = ("si", "bit", "iec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How the table is to look. ``sort`` as of ``--sort``; ``since`` (Unix seconds): sums count from there on."""

    subject: Subject = "connections"
    filter: Filter = field(default_factory=Filter)
    sort: str = "-rate"
    units: RateUnits = "si"
    numeric: bool = False
    listening: bool = False
    ended: bool = False
    since: float | None = None
    interval_seconds: float = 1.0

    @property
    def filter_text(self) -> str:
        """The filter as it is typed."""
        return format_filter(self.filter)

    def next_units(self) -> "Choices":
        """Go on to the next units."""
        return replace(self, units=_UNITS[(_UNITS.index(self.units) + 1) % len(_UNITS)])

    def refreshed(self, step: int, least_seconds: float) -> "Choices":
        """Refresh faster (``step`` -1) or slower (1); never faster than the collector's ticks."""
        offered = [each for each in INTERVALS if each >= least_seconds - 1e-6] or [least_seconds]
        near = min(range(len(offered)), key=lambda place: abs(offered[place] - self.interval_seconds))
        return replace(self, interval_seconds=offered[max(0, min(len(offered) - 1, near + step))])


def subject_after(subject: Subject) -> Subject:
    """Give what the table shows next."""
    return SUBJECTS[(SUBJECTS.index(subject) + 1) % len(SUBJECTS)]


def turned(sort: str) -> str:
    """Give the other direction of a sort key."""
    return sort[1:] if sort.startswith("-") else f"-{sort}"


def hiding(condition: Filter, name: str) -> Filter:
    """Give the filter that lets no application of this name pass either.

    What cannot be printed becomes ``?``, which fits any character: the filter is shown in a field for typing.
    """
    pattern = "".join(letter if letter.isprintable() else "?" for letter in name)
    if len(pattern) > _LONGEST_NAME:
        pattern = pattern[:_LONGEST_NAME] + "*"
    terms = list(condition.terms)
    last = terms[-1] if terms else None
    if last is not None and last.negated and last.field is FilterField.APPLICATION:
        terms[-1] = replace(last, values=(*last.values, pattern))
    else:
        terms.append(Term(field=FilterField.APPLICATION, values=(pattern,), negated=True))
    return Filter(terms=tuple(terms))
