"""What ``audit`` does: prints both sides of each interface's account and says whether enough of it has an owner."""

from collections.abc import Sequence

import click

from netmon.model import InterfaceLedger, LedgerSums
from netmon_cli.documents import document, line, pretty
from netmon_cli.failure import EXIT_BELOW_BAR
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.table import Cell, Heading, Table, draw, fit
from netmon_cli.render.text import wrapped
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client.coverage import coverage, other_layer_bytes
from netmon_client.printable import visible
from netmon_client.units import ByteUnits, format_age, format_bytes
from netmon_client.words import counted, percent, reason_words

__all__ = ["audit_lines", "run_audit"]

_HEADINGS = (
    Heading(title="Interface", minimum=9),
    Heading(title="System", right=True),
    Heading(title="Owned", right=True),
    Heading(title="No owner", right=True),
    Heading(title="Other layers", right=True, rank=2),
    Heading(title="Lost", right=True, rank=1),
    Heading(title="Difference", right=True),
    Heading(title="Covered", right=True),
)


def run_audit(session: Session, shape: Shape, *, names: tuple[str, ...], is_last: bool, min_share: float) -> int:
    """Print the ledger; give the exit code."""
    with session.client() as client:
        ledgers = client.ledger()
    missing = [name for name in names if name not in {each.name for each in ledgers}]
    if missing:
        there = ", ".join(each.name for each in ledgers) or "none"
        problem = f"no packets of {', '.join(missing)} are counted; there are {there}"
        raise click.UsageError(problem, click.get_current_context(silent=True))
    chosen = [each for each in ledgers if not names or each.name in names]
    share = coverage(_sums(each, is_last=is_last) for each in chosen)
    passed = bool(chosen) and (share is None or share >= min_share)
    if shape.is_table:
        terminal = session.terminal()
        lines = audit_lines(chosen, terminal.palette, terminal.width, is_last=is_last, units=shape.byte_units)
        if chosen:
            session.write(*lines, *_verdict(session, share, min_share))
        else:
            session.write("No interface is captured: there is nothing to hold against its counters.")
    else:
        from netmon_client.lines import as_object  # noqa: PLC0415 -- 10 ms that no table need pay

        fields = {
            "window": "interval" if is_last else "total",
            "coverage": share,
            "min_coverage": min_share,
            "passed": passed,
            "interfaces": [as_object(each) for each in chosen],
        }
        audit = document("audit", fields)
        session.write(pretty(audit) if shape.format == "json" else line(audit))
    return 0 if passed else EXIT_BELOW_BAR


def audit_lines(
    ledgers: Sequence[InterfaceLedger],
    palette: Palette,
    width: int | None = None,
    *,
    is_last: bool = False,
    units: ByteUnits = "si",
) -> list[str]:
    """Give the table, and under it what has no owner by reason, and what explains a difference."""
    rows = tuple(_row(each.name, _sums(each, is_last=is_last), units) for each in ledgers)
    table = Table(headings=_HEADINGS, rows=rows)
    lines = draw(table, fit(table, width), palette)
    for each in ledgers:
        sums = _sums(each, is_last=is_last)
        notes = [
            f"{format_bytes(part.byte_count, units)} in {counted(part.packet_count, 'packet')} without an owner:"
            f" {reason_words(part.reason)}"
            for part in sorted(sums.unattributed, key=lambda part: -part.byte_count)
        ]
        if sums.merged_packets:
            merged = f"{format_bytes(sums.merged_header_bytes, units)} are headers of"
            notes.append(f"{merged} {counted(sums.merged_packets, 'packet')} that were captured as parts of others")
        if each.remark and not is_last:
            notes.append(each.remark)
        for note in notes:
            lines += [
                palette.paint(text, Style.DIM) for text in wrapped(f"  {visible(each.name)}: {note}", width, indent=4)
            ]
    if is_last and ledgers:
        lines.append(palette.paint(f"  of the last {format_age(ledgers[0].interval_seconds)}", Style.DIM))
    return lines


def _sums(ledger: InterfaceLedger, *, is_last: bool) -> LedgerSums:
    return ledger.interval if is_last else ledger.total


def _row(name: str, sums: LedgerSums, units: ByteUnits) -> tuple[Cell, ...]:
    system = "unknown" if sums.system_bytes is None else format_bytes(sums.system_bytes, units)
    share = coverage([sums])
    difference = _difference(sums, units)
    return (
        Cell(text=name),
        Cell(text=system),
        Cell(text=format_bytes(sums.attributed_bytes, units)),
        Cell(text=format_bytes(sums.unattributed_bytes, units)),
        Cell(text=format_bytes(other_layer_bytes(sums), units)),
        Cell(text=counted(sums.dropped_packets, "packet"), brief=f"{sums.dropped_packets:,}"),
        Cell(text=difference, style=Style.PLAIN if difference in ("none", "") else Style.YELLOW),
        Cell(text="-" if share is None else percent(share)),
    )


def _difference(sums: LedgerSums, units: ByteUnits) -> str:
    if sums.system_bytes is None:
        return ""
    if not sums.difference_bytes:
        return "none"
    sign = "-" if sums.difference_bytes < 0 else "+"
    return sign + format_bytes(abs(sums.difference_bytes), units)


def _verdict(session: Session, share: float | None, min_share: float) -> list[str]:
    if share is None:
        return ["Nothing was counted yet that could have an owner."]
    passed = share >= min_share
    mark, style = ("✓", Style.GREEN) if passed else ("✗", Style.RED)
    bar = f"{min_share * 100:g} %"
    text = f"{mark} {percent(share)} of the bytes that could have an owner have one; the bar is {bar}"
    if not passed:
        text += f". See which have none:  {session.command('connections --all -F is:unknown')}"
    terminal = session.terminal()
    first, *more = wrapped(text, terminal.width, indent=2)
    return [terminal.palette.paint(mark, style) + first.removeprefix(mark), *more]
