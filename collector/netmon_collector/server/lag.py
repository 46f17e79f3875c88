"""How far subscribers are behind: sums over all of them, so that nobody has a figure of their own."""

from netmon.model import StreamLag

__all__ = ["lag_of"]


def lag_of(stream: str, behind: list[int], *, worst_seconds: float) -> StreamLag:
    """Sum up how much waits for each subscriber of a stream."""
    return StreamLag(
        stream=stream,
        subscriber_count=len(behind),
        mean_behind_count=sum(behind) / len(behind) if behind else 0.0,
        worst_behind_count=max(behind, default=0),
        worst_lag_seconds=worst_seconds,
    )
