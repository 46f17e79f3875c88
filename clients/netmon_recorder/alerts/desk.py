"""What the service asks of alerts, put together."""

from netmon.model import AlertRule, AlertState, AlertTest
from netmon_recorder.alerts.back_test import back_test
from netmon_recorder.alerts.rules import check_rule
from netmon_recorder.alerts.watch import AlertStore, AlertWatch


class AlertDesk:
    """Checks, states and tests of rules; blocks on the storage.

    ``own_zone``: name of the time zone whose hours are quiet where a rule does not say.
    """

    def __init__(self, store: AlertStore, own_zone: str = "UTC") -> None:
        self._store = store
        self._own_zone = own_zone
        self._watch = AlertWatch(store, own_zone)

    def check(self, rule: AlertRule, now: float) -> None:
        """Raise ValueError, naming the field of the contract, for a rule that makes no sense."""
        check_rule(rule)
        self._watch.check_filter(rule, now)

    def states(self, now: float) -> tuple[AlertState, ...]:
        """Give all rules, by name, with what became of them."""
        return self._watch.states(now)

    def test(self, rule: AlertRule, since_time: float | None, until_time: float | None, now: float) -> AlertTest:
        """Give when a rule would have fired."""
        check_rule(rule)
        return back_test(self._store, rule, since_time, until_time, now, self._own_zone)

    def ask_all(self, now: float) -> int:
        """Ask each rule whether it fires; give how many did."""
        return self._watch.ask_all(now)
