"""How much the service gives, in all and at once."""

from dataclasses import dataclass, field

from netmon.serving import SeatLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one service; seconds and counts.

    ``seats`` are for streams of snapshots and of events together. ``view_limit`` counts different views of snapshots,
    each of which is composed and encoded once a tick; ``own_period_limit`` different intervals of theirs, for each of
    which all that moves is added up. The ``own_`` limits are for one user who sees only what is
    theirs, so that no user takes the places of all.
    """

    seats: SeatLimits = field(default_factory=SeatLimits)
    view_limit: int = 128
    own_view_limit: int = 16
    own_period_limit: int = 4
    frozen_reader_seconds: float = 30.0
    heartbeat_seconds: float = 1.0
    listing_seconds: float = 60.0
    listing_limit: int = 32
    own_listing_limit: int = 4
    listed_row_limit: int = 200_000
    first_tick_seconds: float = 5.0
