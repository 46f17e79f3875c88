"""History of a busy desktop, made up: 25 application-host pairs a minute, 300 applications, 3,000 domains.

Who is active lasts: 80 pairs make up an hour's work, drawn from 6,000 by Zipf's law (rank r with weight 1 / r), and
each minute has 25 of them. Bytes are log-normal. The same seed gives the same year.
"""

import random
from collections.abc import Iterator
from itertools import accumulate

from netmon.model import Protocol, Scope, UsageKey, UsageRow, UsageSums

APPLICATIONS = 300
DOMAINS = 3_000
PAIRS = 6_000
PAIRS_AN_HOUR = 80
PAIRS_A_MINUTE = 25

_BROWSERS = ("firefox", "chromium", "google-chrome")


def pairs(seed: int = 1) -> list[UsageKey]:
    """Give who talks to whom, the busiest first."""
    chosen = random.Random(seed)
    return [_pair(chosen, number) for number in range(PAIRS)]


def days_of_quarters(count: int, start: int, seed: int = 1) -> Iterator[list[UsageRow]]:
    """Give so many days as sums of quarters of an hour: what minutes leave that are kept no more, 60 times as quick.

    In a quarter all pairs of its hour are active (but for 4 in 1,000), each in 15 * 25 / 80 of its minutes.
    """
    chosen = random.Random(seed)
    known = pairs(seed)
    weights = list(accumulate(1 / rank for rank in range(1, PAIRS + 1)))
    minutes = 15 * PAIRS_A_MINUTE / PAIRS_AN_HOUR
    for day in range(count):
        rows: list[UsageRow] = []
        for hour in range(24):
            active = _active(chosen, known, weights)
            for quarter in range(4):
                time = start + day * 86_400 + hour * 3600 + quarter * 900
                rows += [UsageRow(time, key, _sums(chosen, minutes)) for key in active]
        yield rows


def hours(count: int, start: int, seed: int = 1) -> Iterator[list[UsageRow]]:
    """Give the rows of each of so many hours; ``start`` is a whole minute in Unix seconds."""
    chosen = random.Random(seed)
    known = pairs(seed)
    weights = list(accumulate(1 / rank for rank in range(1, PAIRS + 1)))
    for hour in range(count):
        active = _active(chosen, known, weights)
        rows: list[UsageRow] = []
        for minute in range(60):
            time = start + hour * 3600 + minute * 60
            rows += [UsageRow(time, key, _sums(chosen)) for key in chosen.sample(active, PAIRS_A_MINUTE)]
        yield rows


def _pair(chosen: random.Random, number: int) -> UsageKey:
    application = number if number < APPLICATIONS else min(int(chosen.paretovariate(0.5)) - 1, APPLICATIONS - 1)
    domain = number if number < DOMAINS else chosen.randrange(DOMAINS)
    name = _BROWSERS[application] if application < len(_BROWSERS) else f"program-{application}"
    is_near = chosen.random() < 0.1
    return UsageKey(
        user="anna" if chosen.random() < 0.9 else "root",
        application_id=f"exe:/usr/bin/{name}",
        application_name=name,
        remote_host=f"192.168.1.{domain % 250}" if is_near else f"203.{domain // 250}.{domain % 250}.{number % 3}",
        domain="" if is_near or chosen.random() < 0.2 else f"www.site-{domain}.example",
        protocol=Protocol.TCP if chosen.random() < 0.7 else Protocol.UDP,
        scope=Scope.LAN if is_near else Scope.INTERNET,
        interface="wlan0",
    )


def _active(chosen: random.Random, known: list[UsageKey], weights: list[float]) -> list[UsageKey]:
    """Give who makes up an hour's work."""
    return list(dict.fromkeys(chosen.choices(known, cum_weights=weights, k=PAIRS_AN_HOUR * 3)))[:PAIRS_AN_HOUR]


def _sums(chosen: random.Random, minutes: float = 1.0) -> UsageSums:
    received = int(minutes * chosen.lognormvariate(9, 2))
    return UsageSums(received // 8, received, received // 700 + 2, 1 if chosen.random() < 0.3 else 0)
