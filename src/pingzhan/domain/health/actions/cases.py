"""From the first symptom to the day of return: stop, clinic, conclusion, back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.health import duties, notices, rules
from pingzhan.domain.health.enums import CASE_MOVES, OPEN, CaseState, Symptom
from pingzhan.domain.health.models import Case
from pingzhan.domain.measures.api import parameters
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

HOURS = ("return_symptom_free_hours", "return_fever_free_hours")
"""Parameters of the measures: how long somebody must have been without symptoms, or without fever."""
_DAY = 24


def days_without(unit: Unit) -> int:
    """Return how many whole days without symptoms the measures in force ask before a return; 0 without a rule.

    Begun days count whole and the longest rule holds: a case notes the first day without symptoms, not its hour.
    """
    held = parameters(unit)
    return max((ceil(Decimal(str(held[key].value)) / _DAY) for key in HOURS if key in held), default=0)


def open_for_fever(employment_id: int, enterprise: Unit, tenths: int | None, by: Actor) -> None:
    """Stop the work of somebody with fever; nothing when he has stopped already. The caller has checked ``by``."""
    if not Case.objects.filter(employment=employment_id, state__in=OPEN).exists():
        _open(employment_id, enterprise, [Symptom.FEVER.value], tenths, by)


@transaction.atomic
def report_symptoms(
    *, employment: Employment, symptoms: Sequence[str], tenths: int | None = None, by: Actor
) -> Case:
    """Note that a worker feels ill: he stops work now. Conflict when he has stopped already.

    By the contact of his enterprise (KEEP_LEDGERS).
    """
    unit = employment.enterprise
    rules.require_keep(by, unit)
    if not symptoms or set(symptoms) - set(Symptom.values):
        raise Invalid(_("请至少选择一种症状。"), place="symptoms")
    if employment.left is not None:
        raise Invalid(_("这名职工已离职。"), place="employment")
    if Case.objects.filter(employment=employment, state__in=OPEN).exists():
        raise Conflict(_("这名职工已经停工，请在原记录上继续登记。"), code="stopped")
    return _open(employment.pk, unit, symptoms, tenths, by)


def _open(employment_id: int, unit: Unit, symptoms: Sequence[str], tenths: int | None, by: Actor) -> Case:
    team = (
        Placement.objects.filter(employment=employment_id, t1__isnull=True)
        .values_list("team_id", flat=True)
        .first()
    )
    case = Case.objects.create(
        employment_id=employment_id,
        enterprise=unit,
        team_id=team or 0,
        symptoms=list(symptoms),
        tenths=tenths,
        free_days=days_without(unit),
    )
    duties.stopped(case, by)
    notices.tell_stopped(case)
    record("health.case_opened", by=by, subject=("health_case", case.pk), unit_path=unit.path)
    return case


@transaction.atomic
def go_to_clinic(*, case_id: int, clinic: str, by: Actor) -> Case:
    """Note at which hospital the worker is. Invalid without its name."""
    case = _locked(case_id, by, CaseState.AT_CLINIC)
    if not clinic.strip():
        raise Invalid(_("请填写就诊医院。"), place="clinic")
    case.clinic, case.clinic_at = clinic.strip()[:100], Now()
    done = _step(case, CaseState.AT_CLINIC, by)
    duties.at_clinic(done, by)
    return done


@transaction.atomic
def conclude(*, case_id: int, excluded: bool, by: Actor) -> Case:
    """Note what the hospital concluded: the disease excluded, or confirmed."""
    to = CaseState.EXCLUDED if excluded else CaseState.CONFIRMED
    case = _locked(case_id, by, to)
    case.concluded_at = Now()
    return _step(case, to, by)


@transaction.atomic
def return_to_work(*, case_id: int, free_from: date, by: Actor) -> Case:
    """Let a worker come back: the hospital has excluded the disease and he has been free of symptoms long enough.

    ``free_from`` is his first day without symptoms; with the days that the hazard asks it must have passed.
    Annex 2 (3). Conflict before the conclusion, Invalid for a day too late or before he stopped work.
    """
    case = _locked(case_id, by, CaseState.RETURNED)
    today = timezone.localdate()
    if free_from < clock.day_of(case.stopped_at) or free_from > today:
        raise Invalid(_("症状消失日期应在停工之后、今天之前。"), place="free_from")
    ready = free_from + timedelta(days=case.free_days)
    if ready > today:
        raise Invalid(
            _("症状消失未满 %(n)d 天，%(day)s 起可以返岗。")
            % {"n": case.free_days, "day": ready.isoformat()},
            place="free_from",
            code="too_early",
        )
    case.free_from, case.returned_at = free_from, Now()
    done = _step(case, CaseState.RETURNED, by)
    duties.closed(done, by)
    return done


@transaction.atomic
def withdraw(*, case_id: int, by: Actor) -> Case:
    """Take back a case that was entered by mistake, before a hospital was visited."""
    done = _step(_locked(case_id, by, CaseState.WITHDRAWN), CaseState.WITHDRAWN, by)
    duties.closed(done, by)
    return done


def _locked(case_id: int, by: Actor, to: CaseState) -> Case:
    found = (
        rules.visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("enterprise")
        .filter(pk=case_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条停工记录，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if to not in CASE_MOVES[CaseState(found.state)]:
        raise Conflict(
            _("现在是“%(state)s”，不能登记这一步。") % {"state": CaseState(found.state).label},
            hint=_("经医院确认排除疫情且症状消失后方可返岗。"),
            code="case_state",
        )
    return found


def _step(case: Case, to: CaseState, by: Actor) -> Case:
    before = case.state
    case.state = to
    case.save()
    case.refresh_from_db()
    record(
        "health.case_step", by=by, subject=("health_case", case.pk), unit_path=case.enterprise.path,
        body={"before": before, "after": to.value},
    )  # fmt: skip
    return case
