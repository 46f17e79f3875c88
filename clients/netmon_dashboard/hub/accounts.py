"""The ledger for the status panel: what the system counts of each interface, and what became of it."""

from collections.abc import Sequence

from netmon.model import InterfaceLedger
from netmon_client.coverage import GOOD_DIFFERENCE_SHARE, account_lines, coverage, difference_share
from netmon_client.words import percent
from netmon_dashboard.hub.vocabulary import Json

__all__ = ["account_fields"]


def account_fields(ledgers: Sequence[InterfaceLedger]) -> Json:
    """Give the account of each interface since its capture began, those first whose sides differ most, then busy ones.

    ``coverage`` is in per cent as text, "" where nothing was counted that could have an owner; ``is_off``: the
    difference is more than an ordinary one; a line's ``bytes`` and ``packets`` are None where that kind has none.
    """
    # An interface that carried nothing, as loopback on many machines, is the last one: the first is shown opened.
    order = sorted(
        ledgers, key=lambda each: (-abs(difference_share(each.total)), not each.total.countable_bytes, each.name)
    )
    return {
        "coverage": _covered(coverage(each.total for each in ledgers)),
        "interfaces": [
            {
                "name": each.name,
                "since": round(each.since_time, 3),
                "coverage": _covered(coverage([each.total])),
                "lines": [
                    {"kind": line.kind, "label": line.label, "bytes": line.byte_count, "packets": line.packet_count}
                    for line in account_lines(each.total)
                ],
                "is_off": abs(difference_share(each.total)) > GOOD_DIFFERENCE_SHARE,
                "remark": each.remark,
            }
            for each in order
        ],
    }


def _covered(share: float | None) -> str:
    return "" if share is None else percent(share)
