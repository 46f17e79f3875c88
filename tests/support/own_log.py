"""What is logged by what a test does: asyncio tells there of other tests' tasks whenever garbage is collected."""

import logging

import pytest


def own_records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Give all records but asyncio's."""
    return [record for record in caplog.records if record.name != "asyncio"]
