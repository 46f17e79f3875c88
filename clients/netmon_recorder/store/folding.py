"""The long tail of a minute, folded so that the size of history is bounded. Pure."""

from collections.abc import Callable

from netmon.model import UsageKey, UsageSums


def folded(rows: dict[UsageKey, UsageSums], most: int) -> dict[UsageKey, UsageSums]:
    """Give the rows of one minute, at most ``most`` of them apart, with the same sums.

    The smallest lose their host and domain first: that leaves each application whole. If there are still too many, the
    smallest of those lose their application too. User, protocol, scope and interface stay always.
    """
    if len(rows) <= most:
        return rows
    kept = _fold(rows, most * 3 // 4, _without_hosts)
    return kept if len(kept) <= most else _fold(kept, most, _without_application)


def _fold(
    rows: dict[UsageKey, UsageSums], most: int, key_of: Callable[[UsageKey], UsageKey]
) -> dict[UsageKey, UsageSums]:
    order = sorted(rows, key=lambda key: rows[key].total_bytes, reverse=True)
    kept = {key: rows[key] for key in order[:most]}
    for key in order[most:]:
        wide = key_of(key)
        kept[wide] = kept[wide].plus(rows[key]) if wide in kept else rows[key]
    return kept


def _without_hosts(key: UsageKey) -> UsageKey:
    return key._replace(remote_host="", domain="", is_folded=True)


def _without_application(key: UsageKey) -> UsageKey:
    return _without_hosts(key)._replace(application_id="", application_name="")
