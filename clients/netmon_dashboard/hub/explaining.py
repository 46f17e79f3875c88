"""What is told of how a connection's owner was found: what was tried in the order of time, and what would help."""

from typing import Final

from netmon.model import Explanation, OwnerAttempt
from netmon_client import AsyncClient, InvalidRequest
from netmon_client.explanations import FORGOTTEN, NO_SUCH_CONNECTION, nothing_tried, owner_sentence, seen_sentence
from netmon_dashboard.hub.vocabulary import Json, code

__all__ = ["explain", "explanation_fields"]

_FORGOTTEN: Final[Json] = {"forgotten": FORGOTTEN[:1].upper() + FORGOTTEN[1:]}


async def explain(client: AsyncClient, connection_id: str, instance_id: str) -> Json:
    """Ask the collector. That it no longer holds the connection is an answer too: ``{"forgotten": text}``.

    ``instance_id``: of the run that gave the id; the next run gives the same ids to other connections. Which run has
    answered is asked afterwards: a run that is still there then was there before.
    """
    try:
        explanation = await client.explain(connection_id)
    except InvalidRequest as error:
        if error.reason != NO_SUCH_CONNECTION:
            raise
        return _FORGOTTEN
    is_of_that_run = (await client.status()).instance_id == instance_id
    return explanation_fields(explanation) if is_of_that_run else _FORGOTTEN


def explanation_fields(explanation: Explanation) -> Json:
    """Give an explanation for the page. Texts may hold names of the machine: they are to be shown as text."""
    row = explanation.connection
    attempts = sorted(explanation.attempts, key=lambda each: (each.first_time, each.last_time))
    return {
        "owner": owner_sentence(row),
        "seen": seen_sentence(row),
        "attempts": [_attempt(each) for each in attempts],
        "nothing": "" if attempts else _sentence(nothing_tried(row)),
        "advice": [{"text": each.text, "command": each.command} for each in explanation.advice],
    }


def _attempt(attempt: OwnerAttempt) -> Json:
    return {
        "first": round(attempt.first_time, 3),
        "last": round(attempt.last_time, 3),
        "count": attempt.count,
        "way": attempt.way,
        "result": code(attempt.result),
        "text": attempt.text,
    }


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
