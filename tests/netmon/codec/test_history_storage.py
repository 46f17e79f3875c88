"""State and upkeep of the storage survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.history_storage import (
    aggregation_report_from_wire,
    aggregation_report_to_wire,
    cache_report_from_wire,
    cache_report_to_wire,
    cleanup_plan_from_wire,
    cleanup_plan_to_wire,
    cleanup_progress_from_wire,
    cleanup_progress_to_wire,
    cleanup_selection_from_wire,
    cleanup_selection_to_wire,
    recorder_status_from_wire,
    recorder_status_to_wire,
    storage_status_from_wire,
    storage_status_to_wire,
)
from tests.support import history_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "storage_statuses": (models.storage_statuses, storage_status_to_wire, storage_status_from_wire),
    "recorder_statuses": (models.recorder_statuses, recorder_status_to_wire, recorder_status_from_wire),
    "aggregation_reports": (models.aggregation_reports, aggregation_report_to_wire, aggregation_report_from_wire),
    "cleanup_selections": (models.cleanup_selections, cleanup_selection_to_wire, cleanup_selection_from_wire),
    "cleanup_plans": (models.cleanup_plans, cleanup_plan_to_wire, cleanup_plan_from_wire),
    "cleanup_progresses": (models.cleanup_progresses, cleanup_progress_to_wire, cleanup_progress_from_wire),
    "cache_reports": (models.cache_reports, cache_report_to_wire, cache_report_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])
