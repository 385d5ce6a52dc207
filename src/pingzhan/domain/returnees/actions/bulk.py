"""Entering many returns of one enterprise at once, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import declared as texts
from pingzhan.domain.returnees import duties, rules
from pingzhan.domain.returnees.actions import deciding
from pingzhan.domain.returnees.actions.applying import Journey
from pingzhan.domain.returnees.declared import Declared
from pingzhan.domain.returnees.enums import DecidedBy, Declarer, State
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.vault import Vault


@dataclass(frozen=True, slots=True)
class Entry:
    """A return that was checked and is to be entered."""

    employment: Employment
    journey: Journey
    declared: Declared


@transaction.atomic
def enter_many(*, enterprise: Unit, entries: Sequence[Entry], by: Actor) -> int:
    """Enter checked returns with their decisions; return how many. A fixed number of statements for any number."""
    rules.require_keep(by, enterprise)
    if not entries:
        return 0
    vault = Vault.load([one.employment.individual.subject_id for one in entries])
    rows = [
        Application(
            enterprise=enterprise,
            employment=one.employment,
            subject_id=one.employment.individual.subject_id,
            return_on=one.journey.return_on,
            from_code=one.journey.from_code,
            from_name=one.journey.from_name,
            travel=one.journey.travel,
            declared_by=Declarer.IMPORT,
            declared_sealed=vault.seal(
                one.employment.individual.subject_id, texts.FIELD, texts.write(one.declared)
            ),
        )
        for one in entries
    ]
    Application.objects.bulk_create(rows, batch_size=500)
    bench = deciding.Bench.of(rows)
    made: list[Decision] = []
    for row, one in zip(rows, entries, strict=True):
        ruling = bench.rule(row, one.declared)
        made.append(
            deciding.made_of(
                row,
                ruling,
                vault,
                bench,
                how=DecidedBy.RULE,
                outcome=ruling.outcome.value,
                reason="",
                by=by,
            )
        )
        row.state = State.DECIDED
        deciding.apply_to(row, made[-1])
    Decision.objects.bulk_create(made, batch_size=500)
    Application.objects.bulk_update(rows, deciding.COLUMNS, batch_size=500)
    duties.begun(rows)
    duties.kept(rows, by)
    record(
        "returnees.imported",
        by=by,
        subject=("unit", enterprise.pk),
        unit_path=enterprise.path,
        body={"count": len(rows)},
    )
    return len(rows)
