"""Filters and views, between the model and the wire.

Whether a filter can be evaluated (limits, words, networks) is asked of ``netmon.matching``, not here.
"""

from math import isnan

from netmon.codec.values import member
from netmon.model import Filter, FilterField, Network, Range, RowOrder, Section, Term, View
from netmon.v1 import filter_pb2 as pb
from netmon.v1 import monitor_service_pb2 as service_pb

_ROW_ORDER_NUMBERS = tuple(service_pb.RowOrder.values())

_FIELD_NUMBERS = tuple(pb.FilterField.values())
_FIELDS = tuple(FilterField)
_ROW_ORDERS = tuple(RowOrder)
_SECTION_NUMBERS = tuple(service_pb.Section.values())
_SECTIONS = tuple(Section)


def filter_to_wire(filter_: Filter) -> pb.Filter:
    """Give the wire form."""
    return pb.Filter(terms=[_term_to_wire(term) for term in filter_.terms])


def filter_from_wire(wire: pb.Filter) -> Filter:
    """Give the model form. Raises ValueError for a value of no known kind and for bounds that are no number.

    A field that only a newer peer knows becomes UNSPECIFIED, which ``netmon.matching.check_filter`` refuses: a
    condition must never be dropped in silence.
    """
    return Filter(terms=tuple([_term_from_wire(term, number) for number, term in enumerate(wire.terms)]))


def view_to_wire(view: View) -> service_pb.View:
    """Give the wire form."""
    return service_pb.View(
        filter=filter_to_wire(view.filter),
        row_limit=view.row_limit,
        order=row_order_to_wire(view.order),
        sections=[_SECTION_NUMBERS[section] for section in sorted(view.sections)],
        redacted=view.redacted,
    )


def view_from_wire(wire: service_pb.View) -> View:
    """Give the model form. Raises ValueError as ``filter_from_wire``.

    A section that only a newer peer knows stays in the set as UNSPECIFIED: without it the set might be empty, which
    asks for everything.
    """
    return View(
        filter=filter_from_wire(wire.filter),
        row_limit=wire.row_limit,
        order=row_order_from_wire(wire.order),
        sections=frozenset([member(_SECTIONS, number) for number in wire.sections]),
        redacted=wire.redacted,
    )


def row_order_to_wire(order: RowOrder) -> service_pb.RowOrder.ValueType:
    """Give the number on the wire."""
    return _ROW_ORDER_NUMBERS[order]


def row_order_from_wire(number: int) -> RowOrder:
    """Give the order; UNSPECIFIED for a number that only a newer peer knows."""
    return member(_ROW_ORDERS, number)


def _term_to_wire(term: Term) -> pb.FilterTerm:
    return pb.FilterTerm(
        negated=term.negated,
        field=_FIELD_NUMBERS[term.field],
        values=[_value_to_wire(value) for value in term.values],
    )


def _term_from_wire(wire: pb.FilterTerm, number: int) -> Term:
    return Term(
        field=member(_FIELDS, wire.field),
        values=tuple(
            [
                _value_from_wire(value, f"Filter.terms[{number}].values[{position}]")
                for position, value in enumerate(wire.values)
            ]
        ),
        negated=wire.negated,
    )


def _value_to_wire(value: str | Range | Network) -> pb.FilterValue:
    match value:
        case Range():
            return pb.FilterValue(
                range=pb.FilterRange(
                    minimum=value.minimum,
                    maximum=value.maximum,
                    minimum_excluded=value.minimum_excluded,
                    maximum_excluded=value.maximum_excluded,
                )
            )
        case Network():
            return pb.FilterValue(network=value.text)
        case str():
            return pb.FilterValue(pattern=value)


def _value_from_wire(wire: pb.FilterValue, field: str) -> str | Range | Network:
    match wire.WhichOneof("kind"):
        case "pattern":
            return wire.pattern
        case "network":
            return Network(text=wire.network)
        case "range":
            return _range_from_wire(wire.range, f"{field}.range")
        case None:
            raise ValueError(f"{field}: of no known kind")


def _range_from_wire(wire: pb.FilterRange, field: str) -> Range:
    if isnan(wire.minimum) or isnan(wire.maximum):
        raise ValueError(f"{field}: a bound is not a number")
    return Range(
        minimum=wire.minimum if wire.HasField("minimum") else None,
        maximum=wire.maximum if wire.HasField("maximum") else None,
        minimum_excluded=wire.minimum_excluded,
        maximum_excluded=wire.maximum_excluded,
    )
