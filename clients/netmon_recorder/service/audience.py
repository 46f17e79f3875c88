"""What a caller may see of history."""

import pwd

from netmon.model import StorageStatus, StorageTier
from netmon.serving import Caller
from netmon_recorder.store import Onlooker

__all__ = ["guest_of", "onlooker_of", "told_storage"]


def onlooker_of(caller: Caller) -> Onlooker | None:
    """Give whose part alone a caller sees; None: all of it. The system is asked for names, which may block."""
    if caller.sees_all:
        return None
    try:
        return Onlooker(uid=caller.uid, user=pwd.getpwuid(caller.uid).pw_name)
    except (KeyError, OverflowError):  # a user without a name, or one who cannot be told: nobody is -1
        return Onlooker(uid=caller.uid, user=str(caller.uid))


def guest_of(caller: Caller) -> int | None:
    """Give whose turn is taken by what a caller asks; None: nobody's, those who see all wait for no guest."""
    return None if caller.sees_all else caller.uid


def told_storage(storage: StorageStatus, caller: Caller) -> StorageStatus:
    """Give what a caller is told of the storage.

    Who sees a part alone is told no count and no size that a row more would move: names are kept once for all users, so
    who goes to one and sees no more of them after it knows that somebody was there before. What is told is listed here,
    so that what is new is not.
    """
    if caller.sees_all:
        return storage
    return StorageStatus(
        engine=storage.engine,
        path=storage.path,
        schema_version=storage.schema_version,
        state=storage.state,
        disk_available_bytes=storage.disk_available_bytes,
        policy=storage.policy,
        tiers=tuple(
            StorageTier(bucket=tier.bucket, oldest_time=tier.oldest_time, newest_time=tier.newest_time)
            for tier in storage.tiers
        ),
        gap_count=storage.gap_count,
        last_write_time=storage.last_write_time,
        last_aggregation_time=storage.last_aggregation_time,
        last_cleanup_time=storage.last_cleanup_time,
        calendar=storage.calendar,
        degraded=storage.degraded,
    )
