"""The methods of HistoryService for alerts."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Final

from netmon import codec
from netmon.model import AlertFiring, AlertRule
from netmon.serving import Context, Exhausted, InvalidRequest, NotFound, SeatLimits, Seats, caller_of, check_control
from netmon.v1 import history_service_pb2 as pb
from netmon_recorder.service.ports import ServiceParts
from netmon_recorder.service.requests import check, read, read_firing_limit, read_name, read_time, refusing
from netmon_recorder.service.workers import Workers

RULE_LIMIT: Final = 200
"""Rules that are kept: each costs a question or two every minute."""

STREAM_LIMITS: Final = SeatLimits(subscriber_limit=64, subscribers_a_user=32, kept_for_those_who_see_all=16)
"""Streams of firings."""

SIGN_OF_LIFE_SECONDS: Final = 1.0
_FIRINGS_AT_ONCE: Final = 1_000


class AlertCalls:
    """The methods, by their names in the contract.

    For those who may control: rules and firings are of all users' traffic, and a test of a rule would tell it.
    """

    def __init__(self, parts: ServiceParts, workers: Workers) -> None:
        self._parts = parts
        self._store = parts.store
        self._workers = workers
        self._seats = Seats(STREAM_LIMITS)

    async def PutAlert(self, request: pb.PutAlertRequest, context: Context) -> pb.PutAlertResponse:
        """Save a rule."""
        rule = read("rule", codec.alert_rule_from_wire, request.rule)
        check("rule", rule.filter)
        now = self._parts.wall_time()
        with self._parts.desk.doing("put alert", context), refusing("rule"):
            saved, is_replaced = await self._workers.run(lambda: self._put(rule, now))
        return pb.PutAlertResponse(rule=codec.alert_rule_to_wire(saved), is_replaced=is_replaced)

    async def ListAlerts(self, request: pb.ListAlertsRequest, context: Context) -> pb.ListAlertsResponse:
        """All rules and the last firings."""
        check_control(caller_of(context))
        limit = read_firing_limit(request.firing_limit)
        now = self._parts.wall_time()
        states, firings = await self._workers.run(
            lambda: (self._parts.alerts.states(now), self._store.firings(limit=limit))
        )
        return pb.ListAlertsResponse(
            alerts=[codec.alert_state_to_wire(state) for state in states],
            firings=[codec.alert_firing_to_wire(firing) for firing in firings],
        )

    async def DeleteAlert(self, request: pb.DeleteAlertRequest, context: Context) -> pb.DeleteAlertResponse:
        """Delete a rule."""
        name = read_name(request.name, "name")
        with self._parts.desk.doing("delete alert", context):
            rule = await self._workers.run(lambda: self._store.delete_rule(name))
            if rule is None:
                raise NotFound("NO_SUCH_ALERT", "there is no alert of this name")
        return pb.DeleteAlertResponse(rule=codec.alert_rule_to_wire(rule))

    async def TestAlert(self, request: pb.TestAlertRequest, context: Context) -> pb.TestAlertResponse:
        """When a rule would have fired."""
        check_control(caller_of(context))
        rule = read("rule", codec.alert_rule_from_wire, request.rule)
        check("rule", rule.filter)
        since_time = read_time(request.since_time, "since_time") if request.HasField("since_time") else None
        until_time = read_time(request.until_time, "until_time") if request.HasField("until_time") else None
        now = self._parts.wall_time()
        if rule == AlertRule(name=rule.name):
            rule = await self._workers.run(lambda: self._saved(rule.name))
        with refusing(""):
            test = await self._workers.run(lambda: self._parts.alerts.test(rule, since_time, until_time, now))
        return pb.TestAlertResponse(test=codec.alert_test_to_wire(test))

    async def StreamAlerts(
        self, request: pb.StreamAlertsRequest, context: Context
    ) -> AsyncIterator[pb.StreamAlertsResponse]:
        """Firings as they come."""
        check_control(caller_of(context))
        with self._seats.take(caller_of(context)):
            async with aclosing(self._stream(request)) as messages:
                async for message in messages:
                    yield message

    async def _stream(self, request: pb.StreamAlertsRequest) -> AsyncGenerator[pb.StreamAlertsResponse]:
        bell = self._parts.listeners.listen()
        try:
            newest = await self._workers.run(self._newest_sequence)
            last = request.after_sequence if request.HasField("after_sequence") else newest
            yield self._sign_of_life()
            is_due = True
            while True:
                if is_due:
                    before, newest = newest, await self._workers.run(self._newest_sequence)
                    if newest < before:
                        last = 0  # another history was begun meanwhile: all in it is new
                    for firing in await self._workers.run(partial(self._after, last)):
                        last = firing.sequence
                        yield self._told(firing)
                is_due = await bell.wait(SIGN_OF_LIFE_SECONDS)
                if not is_due:
                    yield self._sign_of_life()
        finally:
            bell.close()

    def _put(self, rule: AlertRule, now: float) -> tuple[AlertRule, bool]:
        self._parts.alerts.check(rule, now)
        rules = {each.name: each for each in self._store.rules()}
        known = rules.get(rule.name)
        if known is None and len(rules) >= RULE_LIMIT:
            raise Exhausted("TOO_MANY_ALERTS", f"there are {RULE_LIMIT} alerts already")
        created_time = now if known is None or known.created_time is None else known.created_time
        rule = replace(rule, created_time=created_time)
        return rule, self._store.put_rule(rule)

    def _saved(self, name: str) -> AlertRule:
        for rule in self._store.rules():
            if rule.name == name:
                return rule
        raise InvalidRequest("rule", "neither a rule, nor the name of one that is saved")

    def _newest_sequence(self) -> int:
        return next((firing.sequence for firing in self._store.firings(limit=1)), 0)

    def _after(self, sequence: int) -> tuple[AlertFiring, ...]:
        return tuple(reversed(self._store.firings(after_sequence=sequence, limit=_FIRINGS_AT_ONCE)))

    def _sign_of_life(self) -> pb.StreamAlertsResponse:
        return pb.StreamAlertsResponse(time=codec.time_to_wire(self._parts.wall_time()))

    def _told(self, firing: AlertFiring) -> pb.StreamAlertsResponse:
        return pb.StreamAlertsResponse(
            time=codec.time_to_wire(self._parts.wall_time()), firing=codec.alert_firing_to_wire(firing)
        )
