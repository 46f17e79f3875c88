"""What the page's data costs in node, at 500 and 4,500 rows: reading a full and a tick, passing rows through filters.

The time of the whole page is measured in a browser; here it is that of the store and of the filters alone.
"""

from pathlib import Path

from netmon_client import Hello
from netmon_dashboard.hub import greeting
from netmon_dashboard.hub.encoding import Encoder
from tests.bench.table import Row
from tests.support.busy_desktop import BusyDesktop
from tests.support.javascript import given_to

SCRIPT = Path(__file__).with_name("page_data.mjs")
NOW = 1_700_000_000.0
TICKS = 30
QUERIES = [
    "firefox",
    "app:f*",
    "is:active",
    "rip:10.0.0.0/8",
    "app:firefox,curl !port:22 rate:>1k domain:*.org",
    "*a?e*",
]
# The page has 40 ms of main thread a tick; filters take their part of it at 500 rows.
FILTER_MILLISECONDS = 2.0


def measure() -> list[Row]:
    """Give the rows of the table."""
    return [row for connections in (500, 4_500) for row in _rows(connections)]


def _rows(connections: int) -> list[Row]:
    result = given_to(SCRIPT, _messages(connections))
    count = f"{result['rows']:,} rows"
    budget = FILTER_MILLISECONDS if connections == 500 else None
    return [
        (f"{count}: read {what} (ms)" if what in {"full", "tick"} else f"{count}: {what} (ms)", figure, limit, None)
        for what, figure in result["milliseconds"].items()
        for limit in (budget if what not in {"full", "tick"} else None,)
    ]


def _messages(connections: int) -> dict[str, object]:
    desktop, encoder = BusyDesktop(connections=connections, applications=50, churn=2, now=NOW), Encoder()
    encoder.add(desktop.tick(NOW + 1, 1), is_counting=True)
    full = encoder.full_text(with_rows=True)
    ticks: list[str] = []
    for second in range(2, TICKS + 2):
        encoder.add(desktop.tick(NOW + second, second), is_counting=True)
        ticks.append(encoder.tick_text(with_rows=True))
    hello = greeting.message(Hello(version="1", instance_id="i", interval_seconds=1.0), None, "")
    return {"hello": hello, "full": full, "ticks": ticks, "queries": QUERIES}
