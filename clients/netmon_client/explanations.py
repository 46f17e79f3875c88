"""An explanation in words: whose a connection is, when it was seen, and what it means that nothing was tried."""

from typing import Final

from netmon.model import Connection, OwnerConfidence
from netmon_client.words import clock_time, method_words, reason_words

__all__ = ["FORGOTTEN", "NO_SUCH_CONNECTION", "nothing_tried", "owner_sentence", "seen_sentence"]

NO_SUCH_CONNECTION: Final = "NO_SUCH_CONNECTION"
"""The collector's reason where it holds no connection of the id that is asked for."""

FORGOTTEN: Final = "the connection ended and was forgotten meanwhile."


def owner_sentence(row: Connection) -> str:
    """Say who owns a row, how that was found and how sure it is; or why nobody is known. Names are as they came."""
    facts, process = row.facts, row.process
    if process is None:
        return f"none: {reason_words(facts.unattributed_reason)}"
    sure = "certain" if facts.owner_confidence is OwnerConfidence.CERTAIN else "inferred"
    others = ""
    if facts.holders:
        others = "; held too by " + ", ".join(f"{each.name} ({each.pid})" for each in facts.holders)
    user = f", user {process.user}" if process.user else ""
    return f"{process.name} ({process.pid}){user}: {method_words(facts.owner_method)}, {sure}{others}"


def seen_sentence(row: Connection) -> str:
    """Say when a row began and ended, and on which interface. Names are as they came."""
    facts = row.facts
    begin = "before" if facts.started_before else "at"
    end = f", ended {clock_time(row.end_time)}" if row.end_time is not None else ""
    where = f" on {facts.interface}" if facts.interface else ""
    return f"began {begin} {clock_time(facts.start_time)}{end}{where}"


def nothing_tried(row: Connection) -> str:
    """Say what it means that no attempt is told."""
    return "nothing yet" if row.process is None else "nothing that is still held"
