"""Names as values."""

from netmon.model import UnnamedReason
from netmon_collector.core.flow_name import NAMELESS, UNASKED, FlowName


def test_each_reason_has_its_nameless_value_and_no_reason_is_the_usual_one() -> None:
    assert set(NAMELESS) == set(UnnamedReason)
    assert NAMELESS[UnnamedReason.UNSPECIFIED] == UNASKED == FlowName()
    assert all(name.reason is reason and not name.domain for reason, name in NAMELESS.items())
