"""Where history is kept: the port, and SQLite behind it."""

from netmon_recorder.store.port import (
    ROWS_A_MINUTE,
    AlertBook,
    HistoryStore,
    ResumePoint,
    StorageBroken,
    StorageError,
    StorageFull,
    StorageHeld,
    StorageKeeper,
    StorageOverQuota,
    StorageTaken,
    StorageTooNew,
    UsageBatch,
    UsageReader,
    UsageWriter,
)

__all__ = [
    "ROWS_A_MINUTE",
    "AlertBook",
    "HistoryStore",
    "ResumePoint",
    "StorageBroken",
    "StorageError",
    "StorageFull",
    "StorageHeld",
    "StorageKeeper",
    "StorageOverQuota",
    "StorageTaken",
    "StorageTooNew",
    "UsageBatch",
    "UsageReader",
    "UsageWriter",
]
