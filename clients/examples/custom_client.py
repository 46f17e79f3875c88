"""Say which application talks to which address for the first time: custom_client.py [QUERY]."""

import sys

from netmon.model import Snapshot, View
from netmon_client import connect, parse_query


def main(query: str) -> None:
    """Print a line a pair, until Ctrl-C."""
    known: set[tuple[str, str]] = set()
    with connect() as client:
        for item in client.snapshots(View(filter=parse_query(query))):
            if not isinstance(item, Snapshot):
                continue  # a hello, a gap, the collector lost or back again: the SDK reconnects by itself
            for facts in (row.facts for row in item.connections if row.facts.application_name):
                if facts.remote and (pair := (facts.application_name, facts.remote.address)) not in known:
                    known.add(pair)
                    print(*pair, facts.direction.name.lower(), sep="\t", flush=True)


main(" ".join(sys.argv[1:]))
