"""What the disk's refusals mean for a storage."""

from errno import EDQUOT, ENOSPC

from netmon_recorder.store.port import StorageError, StorageFull

__all__ = ["refusal"]


def refusal(what: str, error: OSError) -> StorageError:
    """Give the error that tells the recorder what to do where ``what`` could not be done."""
    kind = StorageFull if error.errno in {ENOSPC, EDQUOT} else StorageError
    return kind(f"{what}: {error.strerror}")
