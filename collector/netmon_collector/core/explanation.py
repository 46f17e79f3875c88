"""Says of one connection what was tried for its owner, in words, and what would have helped."""

from collections.abc import Iterable
from typing import Final

from netmon.model import (
    Advice,
    AttemptResult,
    Degradation,
    Explanation,
    OwnerAttempt,
    OwnerConfidence,
    OwnerMethod,
    Process,
    UnattributedReason,
)
from netmon_collector.core.attempts import Attempt
from netmon_collector.core.flow import Flow
from netmon_collector.core.rows import row_of

__all__ = ["RECORDED", "explanation_of"]

RECORDED: Final = "recording"
"""The way of finding owners where a recording is played."""

_SILENT: Final = {
    AttemptResult.NOTHING_KNOWN: "was asked, and knows nothing of such a socket",
    AttemptResult.NOT_LISTED: "listed no socket with these ends, nor one that fits them",
    AttemptResult.NO_PROCESS: "listed the socket, and no process that holds it",
    AttemptResult.TOO_YOUNG: "began its listing before the connection: that says nothing of it",
    AttemptResult.LEFT_OUT: "was not asked: too many connections waited",
}

_NAMED: Final = {
    OwnerMethod.UNSPECIFIED: "named {process}",
    OwnerMethod.EXACT: "found a socket with exactly these ends, held by {process}",
    OwnerMethod.LISTENER: "knows the socket that listens on the local port, of {process}, not the accepted one",
    OwnerMethod.WILDCARD: "found a socket on the local port without a fixed peer, of {process}",
    OwnerMethod.CREATOR: "saw {process} make the socket, and nobody use it",
    OwnerMethod.USER: "saw {process} use the socket",
    OwnerMethod.SIBLING: "came too late: {process}, or others of the same parent, opened those like it just before",
}

_ENDINGS: Final = {
    AttemptResult.CORRECTED: ": the owner was corrected",
    AttemptResult.OVERRULED: ": the owner before, who is known more surely, stays",
}

_BETTER_WAY: Final = "owners.listing"
_QUICK_WAY: Final = "owners.lookup"
_PRIVILEGE: Final = "owners.privilege"
_FAILED: Final = "owners.failed"

_START: Final = "sudo netmon-collector"
_START_AUTO: Final = "sudo netmon-collector --owners auto"

_COMMANDS: Final = {
    _BETTER_WAY: _START_AUTO,
    _QUICK_WAY: _START_AUTO,
    _PRIVILEGE: _START,
    _FAILED: "netmon-cli doctor",
}
"""What to type for what the collector calls degraded."""

_BY_REASON: Final[dict[UnattributedReason, Advice]] = {
    UnattributedReason.PENDING: Advice(
        text="A lookup is due within seconds: ask again then.", command="netmon-cli explain {id}"
    ),
    UnattributedReason.GONE: Advice(
        text="It was over before its socket could be looked up. The kernel's own programs (eBPF) name such connections"
        " if they are loaded before the socket is made: start the collector first, with the machine."
    ),
    UnattributedReason.KERNEL: Advice(
        text="No process has such a socket: the kernel answered by itself, or dropped it. No right or option helps."
    ),
    UnattributedReason.FORWARDED: Advice(
        text="Neither end is an address of this machine: its process runs on another one, or in a container that is"
        " routed through here. A collector there names it."
    ),
    UnattributedReason.CARRIER: Advice(
        text="It carries a tunnel: what is inside is counted for the applications there, on the tunnel's interface."
    ),
    UnattributedReason.OTHER_NAMESPACE: Advice(
        text="Its socket is in another network namespace. A collector inside of it names the process.",
        command="sudo ip netns exec NAMESPACE netmon-collector",
    ),
    UnattributedReason.NO_PRIVILEGE: Advice(
        text="The collector may not see the processes of other users. As root it may.", command=_START
    ),
    UnattributedReason.PROTOCOL: Advice(
        text="The way that lists sockets cannot see those of this protocol. The kernel's own programs (eBPF) can.",
        command=_START_AUTO,
    ),
    UnattributedReason.NO_HELPER: Advice(
        text="The process that finds owners has ended, and is started again within seconds: ask again then.",
        command="netmon-cli explain {id}",
    ),
    UnattributedReason.NO_LOOKUP: Advice(
        text="A capture file without its sidecar is played: nothing in it says who owned a connection.",
        command="sudo netmon-collector --record DIR",
    ),
}

_HELPED_BY: Final[dict[UnattributedReason, tuple[str, ...]]] = {
    UnattributedReason.PENDING: (_BETTER_WAY, _QUICK_WAY, _FAILED),
    UnattributedReason.GONE: (_BETTER_WAY, _QUICK_WAY, _PRIVILEGE, _FAILED),
    UnattributedReason.OTHER_NAMESPACE: (_BETTER_WAY, _QUICK_WAY),
    UnattributedReason.NO_PRIVILEGE: (_BETTER_WAY, _QUICK_WAY),
    UnattributedReason.UNSPECIFIED: (_BETTER_WAY, _QUICK_WAY),
}
"""Which of the things that are degraded would help where; UNSPECIFIED: the owner is known, not surely."""


def explanation_of(flow: Flow, degraded: Iterable[Degradation]) -> Explanation:
    """Explain a connection; ``degraded`` is what the collector lacks."""
    row = row_of(flow, 0.0)
    attempts = flow.attempts or []
    facts = row.facts
    people = [*((facts.process,) if facts.process is not None else ()), *facts.holders]
    people += [attempt.process for attempt in attempts if attempt.process is not None]
    processes: dict[str, Process] = {}
    for process in people:
        processes.setdefault(process.id, process)
    is_certain = facts.process is not None and facts.owner_confidence is OwnerConfidence.CERTAIN
    return Explanation(
        connection=row,
        processes=tuple(processes.values()),
        attempts=tuple(_told(attempt) for attempt in sorted(attempts, key=lambda each: each.first_time)),
        advice=() if is_certain else tuple(_advice(flow, degraded)),
    )


def _told(attempt: Attempt) -> OwnerAttempt:
    return OwnerAttempt(
        first_time=attempt.first_time,
        last_time=attempt.last_time,
        count=attempt.count,
        way=attempt.way,
        result=attempt.result,
        process_id=attempt.process.id if attempt.process is not None else "",
        method=attempt.method,
        confidence=attempt.confidence,
        text=_words(attempt),
    )


def _words(attempt: Attempt) -> str:
    if attempt.process is None:
        return _SILENT.get(attempt.result, "")
    named = _NAMED[attempt.method].format(process=_who(attempt.process))
    return named + _ENDINGS.get(attempt.result, "")


def _who(process: Process) -> str:
    return f"{process.name} ({process.pid})"


def _advice(flow: Flow, degraded: Iterable[Degradation]) -> list[Advice]:
    helping = _HELPED_BY.get(flow.reason, ())
    found = [
        Advice(text=f"{each.text} {each.remedy}".strip(), command=_COMMANDS[each.code])
        for each in degraded
        if each.code in helping
    ]
    own = _BY_REASON.get(flow.reason)
    if own is not None and not (found and flow.reason is UnattributedReason.GONE):
        found.insert(0, Advice(text=own.text, command=own.command.replace("{id}", flow.id)))
    return found
