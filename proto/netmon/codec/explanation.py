"""What was tried for the owner of a connection, between the model and the wire."""

from netmon.codec.connections import connection_from_wire, connection_to_wire, process_table
from netmon.codec.processes import process_to_wire
from netmon.codec.values import member, needed, time_from_wire, time_to_wire
from netmon.model import Advice, AttemptResult, Explanation, OwnerAttempt, OwnerConfidence, OwnerMethod
from netmon.v1 import connection_pb2
from netmon.v1 import explanation_pb2 as pb

_RESULT_NUMBERS = tuple(pb.AttemptResult.values())
_METHOD_NUMBERS = tuple(connection_pb2.OwnerMethod.values())
_CONFIDENCE_NUMBERS = tuple(connection_pb2.OwnerConfidence.values())

_RESULTS = tuple(AttemptResult)
_METHODS = tuple(OwnerMethod)
_CONFIDENCES = tuple(OwnerConfidence)


def attempt_to_wire(attempt: OwnerAttempt) -> pb.OwnerAttempt:
    """Give the wire form."""
    return pb.OwnerAttempt(
        first_time=time_to_wire(attempt.first_time),
        last_time=time_to_wire(attempt.last_time),
        count=attempt.count,
        way=attempt.way,
        result=_RESULT_NUMBERS[attempt.result],
        process_id=attempt.process_id,
        method=_METHOD_NUMBERS[attempt.method],
        confidence=_CONFIDENCE_NUMBERS[attempt.confidence],
        text=attempt.text,
    )


def attempt_from_wire(wire: pb.OwnerAttempt) -> OwnerAttempt:
    """Give the model form. Raises ValueError without the name of a way."""
    return OwnerAttempt(
        first_time=time_from_wire(wire.first_time, "OwnerAttempt.first_time"),
        last_time=time_from_wire(wire.last_time, "OwnerAttempt.last_time"),
        count=wire.count,
        way=needed(wire.way, "OwnerAttempt.way"),
        result=member(_RESULTS, wire.result),
        process_id=wire.process_id,
        method=member(_METHODS, wire.method),
        confidence=member(_CONFIDENCES, wire.confidence),
        text=wire.text,
    )


def explanation_to_wire(explanation: Explanation) -> pb.Explanation:
    """Give the wire form; ``processes`` hold those of the row too."""
    return pb.Explanation(
        connection=connection_to_wire(explanation.connection),
        processes=[process_to_wire(process) for process in explanation.processes],
        attempts=[attempt_to_wire(attempt) for attempt in explanation.attempts],
        advice=[pb.Advice(text=each.text, command=each.command) for each in explanation.advice],
    )


def explanation_from_wire(wire: pb.Explanation) -> Explanation:
    """Give the model form. Raises ValueError naming the field that is missing or holds nonsense."""
    processes = process_table(wire.processes)
    return Explanation(
        connection=connection_from_wire(wire.connection, processes),
        processes=tuple(processes.values()),
        attempts=tuple([attempt_from_wire(attempt) for attempt in wire.attempts]),
        advice=tuple(Advice(text=each.text, command=each.command) for each in wire.advice),
    )
