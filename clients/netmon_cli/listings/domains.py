"""The listing of domains."""

from collections.abc import Callable
from dataclasses import replace

from netmon.matching.patterns import any_pattern_test, has_wildcard
from netmon.model import DomainTraffic, Snapshot
from netmon_cli.columns.column import Column, Look
from netmon_cli.columns.domains import DOMAIN_COLUMNS, DOMAIN_ORDERS, DomainRow, domain_row, unnamed_row
from netmon_cli.listing import Listing, ordered
from netmon_cli.render.table import Cell
from netmon_cli.shape import Shape
from netmon_client.aggregate import sum_traffic
from netmon_client.domains import domain_groups, fits_browser, of_applications

__all__ = ["domain_listing", "wanted_domains"]


def _without_rate(column: Column[DomainRow]) -> Column[DomainRow]:
    def show(_row: DomainRow, _look: Look) -> Cell:
        return Cell(text="—")

    def value(_row: DomainRow, _look: Look) -> None:
        return None

    return replace(column, extra=True, show=show, value=value, total=None)


_WITHOUT_RATES = tuple(_without_rate(column) if column.key.endswith("_rate") else column for column in DOMAIN_COLUMNS)


def wanted_domains(snapshot: Snapshot, pattern: str, browser: str) -> tuple[DomainTraffic, ...]:
    """Give the domains that fit ``pattern``, and of them what ``browser`` alone moved; empty: all of them.

    A pattern with wildcards must fit a whole domain, another one a part of it. Needs applications for a browser.
    """
    domains = snapshot.domains
    if pattern:
        fits = _test(pattern)
        domains = tuple(domain for domain in domains if fits(domain.name) or fits(domain.registrable_domain))
    if browser:
        wanted = {each.id for each in snapshot.applications if fits_browser(each, browser)}
        domains = of_applications(domains, wanted.__contains__)
    return domains


def domain_listing(
    snapshot: Snapshot,
    shape: Shape,
    *,
    full: bool = False,
    pattern: str = "",
    browser: str = "",
    has_rates: bool = True,
) -> Listing[DomainRow]:
    """List domains, subdomains folded unless ``full``. Without a choice, what has none is listed too, by reason.

    ``has_rates``: the domains' rates are known. They are not of what one application or browser moved.
    """
    rows = [domain_row(group) for group in domain_groups(wanted_domains(snapshot, pattern, browser), full=full)]
    if not pattern and not browser:
        rows += [
            unnamed_row(part)
            for part in snapshot.unnamed
            if part.connection_count or part.traffic.sent_bytes or part.traffic.received_bytes
        ]
    usual = "-total" if browser else "-rate"
    listed = ordered(rows, DOMAIN_ORDERS, shape, usual=usual)
    if not shape.sort:
        listed.sort(key=lambda row: row.is_rest)
    return Listing(
        columns=DOMAIN_COLUMNS if has_rates and not browser else _WITHOUT_RATES,
        rows=listed,
        sums=sum_traffic(row.traffic for row in rows),
        noun="domain",
        counts=lambda row: not row.is_rest,
        empty="No domain fits." if pattern or browser else "No domain was seen yet.",
    )


def _test(pattern: str) -> Callable[[str], bool]:
    wanted = pattern.lower()
    return any_pattern_test([wanted]) if has_wildcard(wanted) else lambda name: wanted in name.lower()
