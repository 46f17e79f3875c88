"""A condition on connections, as the wire carries it. How it is evaluated stands in ``netmon.matching``."""

from dataclasses import dataclass

from netmon.model.enums import FilterField


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of numbers; None does not bind."""

    minimum: float | None = None
    maximum: float | None = None
    minimum_excluded: bool = False
    maximum_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """An address with a prefix length, for example ``10.0.0.0/8``."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition: the field fits one of the values, or none of them where it is negated.

    A plain string is a pattern, compared without regard to case: ``*`` any characters, ``?`` one.
    """

    field: FilterField
    values: tuple[str | Range | Network, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All terms must hold; no term: everything passes."""

    terms: tuple[Term, ...] = ()
