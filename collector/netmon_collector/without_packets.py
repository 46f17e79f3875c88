"""What a run without captured packets (``--no-capture``) still serves, and says of itself."""

from collections.abc import Sequence
from typing import Final

from netmon.model import Degradation
from netmon_collector.config import Settings
from netmon_collector.core.interfaces import Choice, InterfaceFacts, choose_interfaces
from netmon_collector.host.listers import FinderChoice

REASON: Final = "left out by --no-capture"

CAPTURE_OFF: Final = Degradation(
    code="capture.off",
    text=(
        "Packets are not captured: all traffic is 0, and only sockets that are listed are connections. Payload bytes of"
        " TCP sockets are the kernel's counts; what has no socket of this machine, and UDP, is not counted."
    ),
    remedy="sudo netmon-collector captures packets.",
)

NOBODY_ASKS: Final = FinderChoice(None, REASON, CAPTURE_OFF.remedy)
"""Nobody asks for owners of single connections: packets would show them."""


def choices_of(facts: Sequence[InterfaceFacts], settings: Settings) -> tuple[Choice, ...]:
    """Decide which of these interfaces are captured, as the settings say: none, if packets are not."""
    if settings.is_capturing:
        return choose_interfaces(facts, settings.interfaces, settings.excluded_interfaces)
    return tuple(Choice(name=fact.name, capture=False, reason=REASON, facts=fact) for fact in facts)
