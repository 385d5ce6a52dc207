"""Telling contact, responsible official and, in an emergency, the medical group that somebody stopped work."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command.api import GroupLike, function_of
from pingzhan.domain.command.models import Seat
from pingzhan.domain.health.models import Case, SelfReport
from pingzhan.domain.measures.api import in_force
from pingzhan.domain.organisation.enums import PersonKind, PostRole, ResponsibilityKind
from pingzhan.domain.organisation.models import Group, Person, Responsibility
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages import NewNotice, Rendered, enqueue_bulk, register_renderer
from pingzhan.foundation.messages.models import Notice, Priority

STOPPED, REPORTED = "health_stopped", "health_reported"
_SPEAKERS = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD)
_HEADS = (PostRole.HEAD, PostRole.DEPUTY, PostRole.LIAISON)
EMERGENCY = "emergency"


def register() -> None:
    """Give notices of this module their words."""
    register_renderer(STOPPED, render)
    register_renderer(REPORTED, render_reported)


def _like(group: Group) -> GroupLike:
    return GroupLike(group.code, group.name, group.kind)


def _seats() -> QuerySet[Seat]:
    return Seat.objects.filter(world=0, closed_at__isnull=True, post__isnull=False)


def _speakers(unit: Unit) -> dict[int, Person]:
    """Return contact and lead of an enterprise, its own people where no seat is filled, by number."""
    rows = _seats().filter(unit=unit, post__role__in=_SPEAKERS).select_related("person")
    found = {one.person_id: one.person for one in rows}
    if not found:
        own = Person.objects.filter(home_unit=unit, kind=PersonKind.COMPANY, active=True)
        found = {one.pk: one for one in own}
    return found


def _told(unit: Unit) -> dict[int, Person]:
    """Return who is told of an enterprise's illness, by number. Four queries at most."""
    seats, found = _seats(), _speakers(unit)
    for answers in Responsibility.objects.filter(
        unit=unit, kind=ResponsibilityKind.ENTERPRISE, person__active=True
    ).select_related("person"):
        found[answers.person_id] = answers.person
    zone = zone_of(unit)
    if in_force(unit).posture == EMERGENCY:
        heads = seats.filter(zone=zone, post__role__in=_HEADS).select_related("person", "post__group")
        found |= {
            one.person_id: one.person
            for one in heads
            if one.post is not None and function_of(_like(one.post.group)) == "medical"
        }
    return found


def tell_stopped(case: Case) -> int:
    """Tell contact, lead and responsible official; where an emergency is in force the medical group's heads too."""
    people = _told(case.enterprise)
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"health:{case.pk}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=STOPPED,
                channel="auto",
                title=_("有职工出现症状，已停工"),
                subject_kind=STOPPED,
                subject_id=case.enterprise_id,
                priority=Priority.URGENT,
                unit_path=case.enterprise.path,
            )
            for pk, person in sorted(people.items())
        ]
    )


def tell_reported(report: SelfReport) -> int:
    """Tell contact and lead that a worker reported himself; the caller tells once while reports wait."""
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"health_report:{report.pk}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=REPORTED,
                channel="auto",
                title=_("有职工自报症状，请核实"),
                subject_kind=REPORTED,
                subject_id=report.enterprise_id,
                priority=Priority.URGENT,
                unit_path=report.enterprise.path,
            )
            for pk, person in sorted(_speakers(report.enterprise).items())
        ]
    )


def render_reported(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link, without number and symptoms."""
    names = dict(Unit.objects.filter(pk__in={one.subject_id for one in notices}).values_list("pk", "name"))
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：有职工通过链接自报症状，请问清本人，确认后停工并督促就诊。")
            % {"unit": names.get(one.subject_id, "")},
            _page(one.subject_id),
        )
        for one in notices
    }


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link, without the worker's name: the letter may lie open on a telephone."""
    names = dict(Unit.objects.filter(pk__in={one.subject_id for one in notices}).values_list("pk", "name"))
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：一名职工发热或有其他症状，已停止工作。请督促到发热门诊就诊并登记结论。")
            % {"unit": names.get(one.subject_id, "")},
            _page(one.subject_id),
        )
        for one in notices
    }


def _page(unit_id: int) -> str:
    try:
        return reverse("health:cases", args=[unit_id])
    except NoReverseMatch:
        return ""
