"""The listing of domains."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import click

from netmon.matching.patterns import any_pattern_test, has_wildcard
from netmon.model import DomainTraffic, Filter, Snapshot
from netmon_cli.columns.column import Column, Look
from netmon_cli.columns.domains import DOMAIN_COLUMNS, DOMAIN_ORDERS, DomainRow, domain_row, unnamed_row
from netmon_cli.listing import Listing, ordered
from netmon_cli.render.table import Cell
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic
from netmon_client.domains import DOMAIN_FIELDS, domain_groups, fits_browser, fitting_domains, of_applications

__all__ = ["DomainChoice", "check_domain_filter", "domain_listing", "ordered_domains", "wanted_domains"]


def _without_rate(column: Column[DomainRow]) -> Column[DomainRow]:
    def show(_row: DomainRow, _look: Look) -> Cell:
        return Cell(text="—")

    def value(_row: DomainRow, _look: Look) -> None:
        return None

    return replace(column, extra=True, show=show, value=value, total=None)


_WITHOUT_RATES = tuple(_without_rate(column) if column.key.endswith("_rate") else column for column in DOMAIN_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainChoice:
    """Which domains; empty: all of them.

    ``pattern``: with wildcards it must fit a whole domain, otherwise a part of it. ``browser``: what it alone moved.
    ``filter``: of the fields that a domain has, see `netmon_client.domains.DOMAIN_FIELDS`.
    """

    pattern: str = ""
    browser: str = ""
    filter: Filter = field(default_factory=Filter)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.pattern or self.browser or self.filter.terms)


_EVERYTHING = DomainChoice()


def check_domain_filter(condition: Filter) -> None:
    """Raise a usage error for a field that no domain has."""
    for term in condition.terms:
        if term.field not in DOMAIN_FIELDS:
            known = "a name, app, source, sent, received, total and rate"
            text = f"domains have no {term.field.name.lower().replace('_', ' ')}; they are filtered by {known}"
            raise click.UsageError(text, click.get_current_context(silent=True))


def wanted_domains(snapshot: Snapshot, choice: DomainChoice) -> tuple[DomainTraffic, ...]:
    """Give the domains that are chosen. Needs applications for a browser."""
    domains = fitting_domains(snapshot.domains, choice.filter, snapshot.time)
    if choice.pattern:
        fits = _test(choice.pattern)
        domains = tuple(domain for domain in domains if fits(domain.name) or fits(domain.registrable_domain))
    if choice.browser:
        wanted = {each.id for each in snapshot.applications if fits_browser(each, choice.browser)}
        domains = of_applications(domains, wanted.__contains__)
    return domains


def domain_listing(
    snapshot: Snapshot,
    shape: Shape,
    *,
    full: bool = False,
    choice: DomainChoice = _EVERYTHING,
    has_rates: bool = True,
) -> Listing[DomainRow]:
    """List domains, subdomains folded unless ``full``. Without a choice, what has none is listed too, by reason.

    ``has_rates``: the domains' rates are known. They are not of what one application or browser moved.
    """
    rows = [domain_row(group) for group in domain_groups(wanted_domains(snapshot, choice), full=full)]
    if choice.is_everything:
        rows += [
            unnamed_row(part)
            for part in snapshot.unnamed
            if part.connection_count or part.traffic.sent_bytes or part.traffic.received_bytes
        ]
    usual = "-total" if choice.browser else "-rate"
    listed = ordered(rows, DOMAIN_ORDERS, shape, usual=usual)
    if not shape.sort:
        listed.sort(key=lambda row: row.is_rest)
    return Listing(
        columns=DOMAIN_COLUMNS if has_rates and not choice.browser else _WITHOUT_RATES,
        rows=listed,
        sums=sum_traffic(row.traffic for row in rows),
        noun="domain",
        counts=lambda row: not row.is_rest,
        empty="No domain was seen yet." if choice.is_everything else f"No domain fits{_meant(snapshot, choice)}",
    )


def ordered_domains(snapshot: Snapshot, shape: Shape, choice: DomainChoice = _EVERYTHING) -> tuple[DomainTraffic, ...]:
    """Give the chosen domains in full in the order of their listing, as many as were asked for."""
    domains = {(each.is_others, each.name): each for each in wanted_domains(snapshot, choice)}
    rows = domain_listing(snapshot, shape, full=True, choice=choice).rows
    return tuple([domains[key] for row in rows if (key := (row.is_rest, row.label)) in domains][: shape.limit])


def _meant(snapshot: Snapshot, choice: DomainChoice) -> str:
    """Say which domain may have been meant, where a name alone was asked for."""
    if choice.filter.terms or choice.browser or has_wildcard(choice.pattern):
        return "."
    import difflib  # noqa: PLC0415 -- for those who mistype

    known = list(dict.fromkeys(name for each in snapshot.domains for name in (each.registrable_domain, each.name)))
    wanted = choice.pattern.lower()
    labels = {name.partition(".")[0]: name for name in reversed(known)}
    near = difflib.get_close_matches(wanted, [*known, *labels], n=1, cutoff=0.6)
    return f": did you mean {labels.get(near[0], near[0])}?" if near else "."


def _test(pattern: str) -> Callable[[str], bool]:
    wanted = pattern.lower()
    return any_pattern_test([wanted]) if has_wildcard(wanted) else lambda name: wanted in name.lower()
