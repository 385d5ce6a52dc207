"""Making a decision: facts opened, rules asked, the answer written. Callers hold the lock and make the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.db.models.functions import Now

from pingzhan.domain.returnees import clock, parameters, reasons
from pingzhan.domain.returnees import declared as texts
from pingzhan.domain.returnees.declared import Declared
from pingzhan.domain.returnees.enums import DecidedBy, Outcome, State
from pingzhan.domain.returnees.judging import engine
from pingzhan.domain.returnees.judging.facts import OUTCOMES, Listed, Overrides
from pingzhan.domain.returnees.judging.facts import Decision as Ruling
from pingzhan.domain.returnees.judging.facts import Outcome as Ruled
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.domain.returnees.queries.reading import listed_in, opened
from pingzhan.domain.territory.api import zone_of
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.privacy.vault import Vault

MEDICAL = ("temperature", "symptom.")
"""Rules about how somebody is: a decision made by a person never outlives what these find later."""


@dataclass(frozen=True)
class Bench:
    """What one piece of work decides with: the list as it stands, the numbers in force, the time."""

    listed: Sequence[Listed]
    overrides: dict[int, Overrides]
    moment: datetime

    @classmethod
    def of(cls, applications: Sequence[Application], zone_id: int | None = None) -> Bench:
        """Return the bench for applications of one zone; a fixed number of queries."""
        units = {row.enterprise_id for row in applications}
        zone = zone_id if zone_id is not None else zone_of(applications[0].enterprise).pk
        return cls(listed_in(zone), parameters.overrides_for(units), clock.now())

    def rule(self, row: Application, declared: Declared) -> Ruling:
        """Return what the rules say of an application."""
        at = clock.judged_at(row.return_on, self.moment)
        return engine.decide(
            declared.on(at.date()), at, listed=self.listed, overrides=self.overrides[row.enterprise_id]
        )


def outcome_over(ruling: Ruling, former: Decision | None) -> tuple[str, str]:
    """Return the outcome and, when a person's decision still stands, its reason.

    A person's decision stands while the rules ask no more than when he decided and find nobody ill.
    """
    if former is None or former.by_rule != DecidedBy.OVERRIDE:
        return ruling.outcome.value, ""
    graver = OUTCOMES.index(ruling.outcome) > OUTCOMES.index(Ruled(former.ruled))
    ill = any(one.outcome is not Ruled.ADMIT and one.rule.startswith(MEDICAL) for one in ruling.reasons)
    if OUTCOMES.index(Ruled(former.outcome)) >= OUTCOMES.index(ruling.outcome):
        # Stricter than the rules: it stands until a person takes it back.
        return former.outcome, former.reason
    return (ruling.outcome.value, "") if graver or ill else (former.outcome, former.reason)


def latest(application_id: int) -> Decision | None:
    """Return the decision that holds."""
    return Decision.objects.filter(application=application_id).order_by("-pk").first()


def decide(
    row: Application, declared: Declared, vault: Vault, *, how: DecidedBy, by: Actor, fresh: bool = False
) -> Decision:
    """Ask the rules about a locked application and write decision and outcome; its state is the caller's.

    ``fresh``: what was declared has changed, so a person's earlier decision no longer stands.
    """
    bench = Bench.of([row])
    ruling = bench.rule(row, declared)
    outcome, reason = outcome_over(ruling, None if fresh else latest(row.pk))
    made = made_of(row, ruling, vault, bench, how=how, outcome=outcome, reason=reason, by=by)
    made.save(force_insert=True)
    apply_to(row, made)
    return made


def made_of(
    row: Application,
    ruling: Ruling,
    vault: Vault,
    bench: Bench,
    *,
    how: DecidedBy,
    outcome: str,
    reason: str,
    by: Actor,
) -> Decision:
    """Return the row of a decision, not saved."""
    return Decision(
        application=row,
        by_rule=DecidedBy.OVERRIDE if reason else how,
        day=clock.judged_at(row.return_on, bench.moment).date(),
        outcome=outcome,
        ruled=ruling.outcome.value,
        version=ruling.version,
        listed=len(bench.listed),
        days=ruling.days,
        place=ruling.place.value if ruling.place is not None else "",
        tests=list(ruling.tests),
        earliest=ruling.earliest,
        reasons_sealed=vault.seal(row.subject_id, texts.REASONS, reasons.write(ruling.reasons)),
        reason=reason,
        by_name=by.name,
    )


COLUMNS = ("outcome", "earliest", "overridden", "decided_at", "state")


def apply_to(row: Application, made: Decision) -> None:
    """Write to an application (not saved) what a decision means for it."""
    row.outcome, row.earliest = made.outcome, made.earliest
    row.overridden = made.by_rule == DecidedBy.OVERRIDE
    row.decided_at = Now()
    if row.state == State.INVITED:
        row.state = State.DECIDED
    if row.state == State.CLEARED and made.outcome != Outcome.ADMIT:
        row.state = State.OBSERVED


def _kept(ruling: Ruling, before: Decision, made: Decision) -> Decision:
    """Let the former decision stand where rules that changed would be milder: a person has to say so.

    The row says what the rules would decide now. Deciding on the day of return, or over it, ends the wait.
    """
    made.by_rule, made.outcome = DecidedBy.KEPT, before.outcome
    made.days, made.place, made.earliest = before.days, before.place, before.earliest
    made.tests, made.reasons_sealed = list(before.tests), before.reasons_sealed
    made.ruled = ruling.outcome.value
    return made


def _sooner(day: date | None, former: date | None) -> bool:
    """Return whether a day of admission lies before the former one; nobody can say so while one is unknown."""
    return day is not None and former is not None and day < former


def redecide(
    zone_id: int, zone_path: str, by: Actor, how: DecidedBy = DecidedBy.LIST
) -> list[tuple[Application, Decision]]:
    """Decide anew about all open returns of a zone; return those whose decision changed, with the new one.

    What is stricter holds at once. What would be milder, a milder outcome or the same with an earlier day, is
    written down as such and the former decision stands (KEPT) until a person decides. Called in the transaction
    of the change, before its record, or in one of its own. A fixed number of statements however many are open.
    """
    rows = list(
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(
            enterprise__path__startswith=zone_path, state__in=[State.DECIDED, State.OBSERVED, State.CLEARED]
        )
        .filter(Q(declared_sealed__isnull=False))
        .order_by("pk")
    )
    if not rows:
        return []
    vault = Vault.load([row.subject_id for row in rows])
    bench = Bench.of(rows, zone_id)
    former = {
        one.application_id: one
        for one in Decision.objects.filter(application__in=[row.pk for row in rows])
        .order_by("application_id", "-pk")
        .distinct("application_id")
    }
    changed: list[tuple[Application, Decision]] = []
    for one in opened(rows, vault):
        row = one.row
        if vault.erased(row.subject_id):
            continue
        ruling = bench.rule(row, one.declared)
        before = former[row.pk]
        outcome, reason = outcome_over(ruling, before)
        place = ruling.place.value if ruling.place is not None else ""
        sooner = outcome == before.outcome and _sooner(ruling.earliest, before.earliest)
        milder = OUTCOMES.index(Ruled(outcome)) < OUTCOMES.index(Ruled(before.outcome)) or (
            sooner and not reason
        )
        earliest = before.earliest if sooner and reason else ruling.earliest
        if milder and (before.by_rule, before.ruled) == (DecidedBy.KEPT, ruling.outcome.value):
            continue
        # Days of testing that are over drop out of every new ruling; that alone is no change.
        due = [day for day in before.tests if day >= clock.judged_at(row.return_on, bench.moment).date()]
        says = (
            outcome,
            ruling.outcome.value,
            ruling.days,
            place,
            earliest,
            ruling.version,
            list(ruling.tests),
        )
        was = (
            before.outcome, before.ruled, before.days, before.place, before.earliest, before.version, due,
        )  # fmt: skip
        if says == was and before.by_rule != DecidedBy.KEPT:
            continue
        made = made_of(row, ruling, vault, bench, how=how, outcome=outcome, reason=reason, by=by)
        made.earliest = earliest
        if milder:
            made = _kept(ruling, before, made)
        apply_to(row, made)
        changed.append((row, made))
    Decision.objects.bulk_create([made for _row, made in changed], batch_size=500)
    Application.objects.bulk_update([row for row, _made in changed], COLUMNS, batch_size=500)
    return changed
