"""The long tail of a minute, folded so that the size of history is bounded. Pure."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from netmon.model import UsageKey, UsageSums


def folded(rows: dict[UsageKey, UsageSums], most: int) -> dict[UsageKey, UsageSums]:
    """Give the rows of one minute, at most ``most`` of them apart, with the same sums."""
    return regrouped(rows, fold_targets(rows, most))


def fold_targets(
    rows: dict[UsageKey, UsageSums], most: int, known: AbstractSet[UsageKey] = frozenset()
) -> dict[UsageKey, UsageKey]:
    """Give what each key that does not stay becomes. ``known``: those that the minute has already; they stay.

    The smallest lose their host and domain first: that leaves each application whole. If there are still too many, the
    smallest of those lose their application too. User, protocol, scope and interface stay always.
    """
    if len(rows.keys() | known) <= most:
        return {}
    targets = _targets(rows, most * 3 // 4, known, _without_hosts)
    kept = regrouped(rows, targets)
    if len(kept.keys() | known) <= most:
        return targets
    wider = _targets(kept, most, known, _without_application)
    between = ((key, targets.get(key, key)) for key in rows)
    return {key: wider.get(target, target) for key, target in between if key in targets or target in wider}


def regrouped(rows: dict[UsageKey, UsageSums], targets: Mapping[UsageKey, UsageKey]) -> dict[UsageKey, UsageSums]:
    """Give the rows with each key that has a target under that."""
    if not targets:
        return rows
    kept: dict[UsageKey, UsageSums] = {}
    for key, sums in rows.items():
        wide = targets.get(key, key)
        kept[wide] = kept[wide].plus(sums) if wide in kept else sums
    return kept


def _targets(
    rows: Mapping[UsageKey, UsageSums], most: int, known: AbstractSet[UsageKey], key_of: Callable[[UsageKey], UsageKey]
) -> dict[UsageKey, UsageKey]:
    order = sorted((key for key in rows if key not in known), key=lambda key: rows[key].total_bytes, reverse=True)
    return {key: key_of(key) for key in order[max(0, most - len(known)) :]}


def _without_hosts(key: UsageKey) -> UsageKey:
    return key._replace(remote_host="", domain="", is_folded=True)


def _without_application(key: UsageKey) -> UsageKey:
    return _without_hosts(key)._replace(application_id="", application_name="")
