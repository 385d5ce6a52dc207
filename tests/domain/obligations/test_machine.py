"""Any order of switches, days, evidence and corrections: done stays done, nothing twice, versions kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.obligations import api
from pingzhan.domain.obligations.models import Mark, Obligation
from tests.domain.obligations.conftest import Table
from tests.factories import SmallZone

LEVELS = (None, 2)
EVIDENCE = ("temperature", "zero_report", "training", "test_round", "plan_review", "goods")
STEPS = st.one_of(
    st.tuples(st.just("switch"), st.sampled_from(LEVELS)),
    st.tuples(st.just("look"), st.none()),
    st.tuples(st.just("loop"), st.none()),
    st.tuples(st.just("sweep"), st.none()),
    st.tuples(st.just("event"), st.integers(1, 3)),
    st.tuples(st.just("satisfy"), st.sampled_from(EVIDENCE)),
    st.tuples(st.just("correct"), st.sampled_from(EVIDENCE)),
)


class _Undo(Exception):
    """Ends an example, so that the next begins with the same empty ledger."""


class _Machine:
    """The product and what must hold of it after every step."""

    def __init__(self, park: SmallZone, table: Table) -> None:
        self.park, self.firm = park, park.firms[0].pk
        self.level: int | None = None
        self.by_level = dict(table.by_level)
        table.in_force = lambda: self.by_level[self.level]
        self.done: dict[int, int] = {}
        self.periods: dict[int, tuple[int, tuple[datetime, ...]]] = {}
        self.refs = 0
        self.given: dict[str, list[tuple[str, int]]] = {}

    def step(self, verb: str, value: object) -> None:
        if verb == "switch":
            self.level = value if isinstance(value, int) else None
            Mark.objects.create(path=self.park.zone.path, kind="switch", level=self.level)
        elif verb == "look":
            api.today(self.firm)
        elif verb == "loop":
            api.regenerate(by=self.park.root)
        elif verb == "sweep":
            api.sweep(by=self.park.root, now=timezone.now() + timedelta(minutes=1))
        elif verb == "event":
            api.raise_event(unit_id=self.firm, evidence="goods", subject_id=int(str(value)))
        elif verb == "satisfy":
            self.refs += 1
            ref = (str(value), self.refs)
            self.given.setdefault(str(value), []).append(ref)
            subject = 1 if value == "goods" else 0
            api.satisfy(
                unit_id=self.firm, evidence=str(value), subject_id=subject, ref=ref, by=self.park.root
            )
        elif self.given.get(str(value)):
            ref = self.given[str(value)].pop()
            reopened = set(
                Obligation.objects.filter(ref_kind=ref[0], ref_id=ref[1]).values_list("id", flat=True)
            )
            api.unsatisfy(ref)
            several = Obligation.objects.filter(need__gt=1).exclude(state="done").values_list("id", flat=True)
            for pk in reopened | set(several):
                self.done.pop(pk, None)

    def check(self) -> None:
        rows = list(Obligation.objects.filter(unit=self.firm))
        live = [(one.day, one.duty_id, one.subject_id, one.slot) for one in rows if one.state != "withdrawn"]
        assert len(live) == len(set(live)), "one obligation twice"
        states = {one.pk: one.state for one in rows}
        for pk in self.done:
            assert states[pk] == "done", "a done obligation became undone"
        self.done |= {one.pk: one.demand_id for one in rows if one.state == "done"}
        for one in rows:
            # Only what a change has moved, or asks more of in a week, stands by the version that did so.
            demand, period = self.periods.get(one.pk, (one.demand_id, ()))
            now = (one.t0, one.t1, one.due_at)
            assert demand == one.demand_id or one.slot == 2000 or period != now, "a version was exchanged"
            self.periods[one.pk] = (one.demand_id, now)
            assert (one.state == "withdrawn") == (one.reason != "")
        for slot in (2001, 2002):
            standing = [one.duty_id for one in rows if one.slot == slot and one.state != "withdrawn"]
            assert len(standing) == len(set(standing))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
def test_any_order_of_events_keeps_what_must_hold(
    park: SmallZone, table: Table, steps: list[tuple[str, object]]
) -> None:
    try:
        with transaction.atomic():
            machine = _Machine(park, table)
            for verb, value in steps:
                machine.step(verb, value)
                machine.check()
            # In the end the ledger agrees with what is in force, whatever came before.
            api.today(park.firms[0].pk)
            api.regenerate(by=park.root)
            machine.check()
            wanted = {one.key for one in machine.by_level[machine.level].rules}
            now = timezone.now()
            open_now = Obligation.objects.filter(
                unit=park.firms[0], state="open", t1__gt=now, due_at__gt=now
            ).exclude(source="event")
            assert set(open_now.values_list("duty__key", flat=True)) <= wanted
            raise _Undo
    except _Undo:
        pass
