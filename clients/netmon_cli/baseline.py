"""What was counted before a beginning, and what is left when that is taken off."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from netmon.model import DomainApplication, DomainTraffic, Traffic

__all__ = ["DomainBaselines", "minus", "plus", "traffic_since"]

_ZERO: Final = Traffic()

_Key = tuple[bool, str]
"""Whether a domain stands for all others, and its name."""


class DomainBaselines:
    """What domains had moved, and each of their applications with them.

    The collector may fold a domain into the row of all others; its baseline then goes there too.
    """

    def __init__(self, domains: Iterable[DomainTraffic] = ()) -> None:
        self._sums: dict[_Key, Traffic] = {}
        self._shares: dict[_Key, dict[str, Traffic]] = {}
        for domain in domains:
            self._sums[_key(domain)] = domain.traffic
            self._shares[_key(domain)] = {part.application_id: _moved(part) for part in domain.applications}

    def fold(self, domains: Iterable[DomainTraffic]) -> None:
        """Follow those that are in the row of all others now."""
        keys = {_key(domain) for domain in domains}
        others = next((key for key in keys if key[0]), None)
        if others is None:
            return
        for key in self._sums.keys() - keys:
            self._sums[others] = plus(self._sums.get(others, _ZERO), self._sums.pop(key))
            into = self._shares.setdefault(others, {})
            for application_id, before in self._shares.pop(key, {}).items():
                into[application_id] = plus(into.get(application_id, _ZERO), before)

    def forget_applications(self) -> None:
        """Count the applications from where the collector does: it began anew with each when the sums were cleared."""
        self._shares.clear()

    def since(self, domain: DomainTraffic) -> DomainTraffic:
        """Give the domain with what came since, its applications busiest first."""
        shares = self._shares.get(_key(domain), {})
        parts = [_share_since(part, shares.get(part.application_id, _ZERO)) for part in domain.applications]
        return replace(
            domain,
            traffic=traffic_since(domain.traffic, self._sums.get(_key(domain), _ZERO)),
            applications=tuple(sorted(parts, key=lambda part: -(part.sent_bytes + part.received_bytes))),
        )


def _key(domain: DomainTraffic) -> _Key:
    return domain.is_others, domain.name


def _moved(part: DomainApplication) -> Traffic:
    return Traffic(sent_bytes=part.sent_bytes, received_bytes=part.received_bytes)


def _share_since(part: DomainApplication, before: Traffic) -> DomainApplication:
    left = minus(_moved(part), before)
    return replace(part, sent_bytes=left.sent_bytes, received_bytes=left.received_bytes)


def traffic_since(traffic: Traffic, before: Traffic) -> Traffic:
    """Give the counters without what was counted before; nothing of the rest was cleared."""
    return minus(traffic, before)._replace(cleared_sent_bytes=0, cleared_received_bytes=0)


def plus(first: Traffic, second: Traffic) -> Traffic:
    """Give the counters of both together."""
    return Traffic(
        sent_bytes=first.sent_bytes + second.sent_bytes,
        received_bytes=first.received_bytes + second.received_bytes,
        sent_packets=first.sent_packets + second.sent_packets,
        received_packets=first.received_packets + second.received_packets,
    )


def minus(traffic: Traffic, part: Traffic) -> Traffic:
    """Give the counters without a part of them, never less than nothing."""
    return traffic._replace(
        sent_bytes=max(0, traffic.sent_bytes - part.sent_bytes),
        received_bytes=max(0, traffic.received_bytes - part.received_bytes),
        sent_packets=max(0, traffic.sent_packets - part.sent_packets),
        received_packets=max(0, traffic.received_packets - part.received_packets),
    )
