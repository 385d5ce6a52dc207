"""Who is told of incidents and plans: the duty of the command, the responsible official, whoever submitted."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.premises.enums import PlanState
from pingzhan.domain.premises.models import Incident, Plan
from pingzhan.domain.roster.api import on_duty
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages import NewNotice, Rendered, enqueue_bulk, register_renderer
from pingzhan.foundation.messages.models import Notice, Priority

REPORTED, PLAN = "premises_incident", "premises_plan"


def register() -> None:
    """Give notices of this module their words."""
    register_renderer(REPORTED, render)
    register_renderer(PLAN, render_plans)


def recipients(unit: Unit) -> dict[int, Person]:
    """Return who is told of an enterprise's incident, by number: leader and officers on duty, who answers for it."""
    duty = on_duty(zone_of(unit))
    people = [*([duty.leader] if duty.leader is not None else []), *duty.officers]
    found = {one.pk: one for one in people if one.pk not in duty.absent_ids}
    return found | _answering(unit)


def tell_reported(incident: Incident) -> int:
    """Tell them at once; return how many notices were written."""
    unit = incident.enterprise
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"incident:{incident.pk}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=REPORTED,
                channel="auto",
                title=_("%(unit)s报告突发情况，请立即接收") % {"unit": unit.name},
                subject_kind=REPORTED,
                subject_id=incident.pk,
                priority=Priority.URGENT,
                unit_path=unit.path,
            )
            for pk, person in sorted(recipients(unit).items())
        ]
    )


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link, without the telephone: the letter may lie open. One query."""
    rows = {
        one.pk: one
        for one in Incident.objects.filter(pk__in={one.subject_id for one in notices}).select_related(
            "enterprise"
        )
    }
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：%(kind)s，涉及 %(n)d 人，地点：%(place)s。请立即接收并处置。")
            % {
                "unit": rows[one.subject_id].enterprise.name,
                "kind": rows[one.subject_id].get_kind_display(),
                "n": rows[one.subject_id].persons,
                "place": rows[one.subject_id].place,
            },
            page_of(one.subject_id),
        )
        for one in notices
        if one.subject_id in rows
    }


def _answering(unit: Unit) -> dict[int, Person]:
    rows = Responsibility.objects.filter(
        unit=unit, kind=ResponsibilityKind.ENTERPRISE, person__active=True
    ).select_related("person")
    return {one.person_id: one.person for one in rows}


def tell_submitted(plan: Plan) -> int:
    """Tell whoever answers for the enterprise that a plan waits for a review; return how many notices."""
    title = _("%(unit)s报送了%(kind)s，请审核")
    return _tell_of_plan(plan, "submitted", _answering(plan.enterprise), title)


def tell_decided(plan: Plan) -> int:
    """Tell whoever submitted a plan what was decided; return how many notices."""
    people = {one.pk: one for one in Person.objects.filter(account=plan.submitter_id, active=True)[:1]}
    if plan.submitter_id is None or not people:
        return 0
    title = (
        _("%(unit)s的%(kind)s已通过")
        if plan.state == PlanState.APPROVED
        else _("%(unit)s的%(kind)s已退回修改")
    )
    return _tell_of_plan(plan, str(plan.state), people, title)


def _tell_of_plan(plan: Plan, what: str, people: dict[int, Person], title: str) -> int:
    stamp = plan.submitted_at or plan.created_at
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"plan:{plan.pk}:{what}:{stamp.timestamp():.6f}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=PLAN,
                channel="auto",
                title=title % {"unit": plan.enterprise.name, "kind": plan.get_kind_display()},
                subject_kind=PLAN,
                subject_id=plan.pk,
                unit_path=plan.enterprise.path,
            )
            for pk, person in sorted(people.items())
        ]
    )


def render_plans(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about plans. One query."""
    rows = {
        one.pk: one
        for one in Plan.objects.filter(pk__in={one.subject_id for one in notices}).select_related(
            "enterprise"
        )
    }
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：%(kind)s第 %(n)d 版，%(state)s。")
            % {
                "unit": rows[one.subject_id].enterprise.name,
                "kind": rows[one.subject_id].get_kind_display(),
                "n": rows[one.subject_id].n,
                "state": rows[one.subject_id].get_state_display(),
            },
            _address("plans:plan", one.subject_id),
        )
        for one in notices
        if one.subject_id in rows
    }


def page_of(incident_id: int) -> str:
    """Return the address of an incident, empty where no pages are served."""
    return _address("incidents:incident", incident_id)


def _address(view: str, pk: int) -> str:
    try:
        return reverse(view, args=[pk])
    except NoReverseMatch:
        return ""
