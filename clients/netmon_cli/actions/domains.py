"""What ``domains`` does: asks for the sums by domain, folds subdomains, says how much has a name."""

from dataclasses import replace
from typing import Any, Final

from netmon.model import Section, Snapshot, View
from netmon_cli.columns.column import Look
from netmon_cli.documents import document, line, pretty, snapshot_fields
from netmon_cli.listing import delimited_lines, table_lines
from netmon_cli.listings.domains import DomainChoice, check_domain_filter, domain_listing, ordered_domains
from netmon_cli.notes import partial_note
from netmon_cli.render.palette import Style
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client.domains import browser_shares, fits_browser
from netmon_client.words import percent

__all__ = ["DomainChoice", "list_domains"]

_OF_BROWSERS: Final = frozenset({"sent_bytes", "received_bytes", "cleared_sent_bytes", "cleared_received_bytes"})
"""What is counted of a domain by application, see `netmon_client.domains.of_applications`."""


def list_domains(session: Session, shape: Shape, choice: DomainChoice, *, full: bool, redacted: bool) -> None:
    """List them once."""
    check_domain_filter(choice.filter)
    with session.client() as client:
        sections = frozenset({Section.DOMAINS, Section.APPLICATIONS})
        snapshot = client.snapshot(View(sections=sections, redacted=redacted))
    if shape.format in ("json", "jsonl"):
        _write_objects(session, snapshot, shape, choice)
        return
    listing = domain_listing(snapshot, shape, full=full, choice=choice)
    look = Look(now=snapshot.time, units=shape.units)
    if not shape.is_table:
        session.write(*delimited_lines(listing, shape, look, headers=True))
        return
    session.write(*table_lines(listing, shape, session.terminal(), look))
    for cell in partial_note(snapshot, look):
        session.say(cell.text, cell.style)
    for note in _browser_notes(snapshot, choice.browser) if listing.rows or choice.browser else ():
        session.say(note, Style.DIM)


def _write_objects(session: Session, snapshot: Snapshot, shape: Shape, choice: DomainChoice) -> None:
    """Write full domains as the contract has them: folding them is a matter of looks."""
    fields = snapshot_fields(replace(snapshot, domains=ordered_domains(snapshot, shape, choice)))
    rows: list[dict[str, Any]] = fields["domains"]
    if choice.browser:
        for row in rows:
            row["traffic"] = {name: row["traffic"][name] if name in _OF_BROWSERS else None for name in row["traffic"]}
    if shape.format == "jsonl":
        session.write(*(line(document("domain", row)) for row in rows))
        return
    whole: dict[str, Any] = {"time": fields["time"], "domains": rows}
    if choice.is_everything:
        whole["unnamed"] = fields["unnamed"]
    session.write(pretty(document("domains", whole)))


def _browser_notes(snapshot: Snapshot, browser: str) -> list[str]:
    """Say how much of what the browsers moved has a name."""
    seen = browser_shares(snapshot)
    shares = [share for share in seen if not browser or fits_browser(share.application, browser)]
    if browser and not shares:
        known = ", ".join(share.application.name for share in seen)
        return [f'No browser "{browser}" was seen' + (f"; there is {known}" if known else "; there is none at all")]
    return [
        f"{percent(share.share)} of what {share.application.name} moved has a name"
        + ("" if share.share >= 1 else "; the rest hides its name, began before, or needs none")
        for share in shares
        if share.share is not None
    ]
