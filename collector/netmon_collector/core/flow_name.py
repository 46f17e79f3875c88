"""What a connection is called, and what it said of that itself. Values beside ``Flow``."""

from dataclasses import dataclass

from netmon.model import DomainSource, UnnamedReason

__all__ = ["NAMELESS", "UNASKED", "FlowName", "Hello"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowName:
    """A connection's domain with its registrable part and its source, or why there is none.

    ``is_borrowed``: it is concluded from what somebody else than the owner's user asked for; ``reason`` then says why
    there would be none.
    """

    domain: str = ""
    registrable_domain: str = ""
    source: DomainSource = DomainSource.UNSPECIFIED
    reason: UnnamedReason = UnnamedReason.UNSPECIFIED
    is_borrowed: bool = False


UNASKED = FlowName()
"""Of what no name is to be expected."""

NAMELESS = {reason: FlowName(reason=reason) for reason in UnnamedReason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What this machine's side said in the ClientHello of a connection: ``name`` is empty where it named no server.

    ``is_mixed``: it carried several, for different servers (QUIC connections may share both ends), so that none holds.
    """

    name: str
    source: DomainSource
    has_ech: bool = False
    is_mixed: bool = False
