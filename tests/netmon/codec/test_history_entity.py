"""Entities, timelines, browsers and exports survive the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.codec.history_entity import (
    browser_domains_from_wire,
    browser_domains_to_wire,
    browser_query_from_wire,
    browser_query_to_wire,
    entity_page_from_wire,
    entity_page_to_wire,
    entity_query_from_wire,
    entity_query_to_wire,
    export_item_from_wire,
    export_item_to_wire,
    export_query_from_wire,
    export_query_to_wire,
    timeline_from_wire,
    timeline_query_from_wire,
    timeline_query_to_wire,
    timeline_to_wire,
)
from netmon.v1 import history_service_pb2
from tests.support import history_strategies as models
from tests.support.round_trip import ROUND_TRIP, Way, comes_back

_WAYS: dict[str, Way] = {
    "entity_queries": (models.entity_queries, entity_query_to_wire, entity_query_from_wire),
    "entity_pages": (models.entity_pages, entity_page_to_wire, entity_page_from_wire),
    "timeline_queries": (models.timeline_queries, timeline_query_to_wire, timeline_query_from_wire),
    "timelines": (models.timelines, timeline_to_wire, timeline_from_wire),
    "browser_queries": (models.browser_queries, browser_query_to_wire, browser_query_from_wire),
    "browser_domains": (models.browser_domains, browser_domains_to_wire, browser_domains_from_wire),
    "export_queries": (models.export_queries, export_query_to_wire, export_query_from_wire),
    "export_items": (models.export_items, export_item_to_wire, export_item_from_wire),
}


@pytest.mark.parametrize("name", _WAYS)
@ROUND_TRIP
@given(data=st.data())
def test_a_value_comes_back_from_its_bytes_as_it_was(name: str, data: st.DataObject) -> None:
    assert comes_back(data, _WAYS[name])


def test_what_only_a_newer_recorder_knows_is_nothing() -> None:
    assert export_item_from_wire(history_service_pb2.ExportUsageResponse()) is None
