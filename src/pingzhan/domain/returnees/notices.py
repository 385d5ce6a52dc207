"""Telling an enterprise that a change of list, measures or posture has changed a decision, or would soften it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import ngettext

from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.enums import PersonKind, PostRole
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.returnees.enums import DecidedBy, Outcome
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages import NewNotice, Rendered, enqueue_bulk, register_renderer
from pingzhan.foundation.messages.models import Notice, Priority

CHANGED = "returnees_changed"
_SPEAKERS = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD)


def register() -> None:
    """Give notices of this module their words."""
    register_renderer(CHANGED, render)


def speakers(unit_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Return who is told for each enterprise: its contact and its lead, else its registered staff. Two queries."""
    found: dict[int, list[Person]] = {pk: [] for pk in unit_ids}
    seats = Seat.objects.filter(
        world=0, unit__in=unit_ids, post__role__in=_SPEAKERS, closed_at__isnull=True
    ).select_related("person")
    for seat in seats.order_by("pk"):
        if seat.person not in found[seat.unit_id]:
            found[seat.unit_id].append(seat.person)
    alone = [pk for pk, people in found.items() if not people]
    if alone:
        for person in Person.objects.filter(home_unit__in=alone, kind=PersonKind.COMPANY, active=True):
            found[person.home_unit_id].append(person)
    return found


def _title(how: DecidedBy, n: int) -> str:
    given = {"n": n}
    if how == DecidedBy.KEPT:
        return (
            ngettext(
                "规则放宽，%(n)d 名返岗职工的原判定保留，请复核",
                "规则放宽，%(n)d 名返岗职工的原判定保留，请复核",
                n,
            )
            % given
        )
    if how == DecidedBy.SWITCH:
        return ngettext("平战转换，%(n)d 名返岗职工重新判定", "平战转换，%(n)d 名返岗职工重新判定", n) % given
    if how == DecidedBy.MEASURES:
        return (
            ngettext(
                "防控措施有变化，%(n)d 名返岗职工重新判定", "防控措施有变化，%(n)d 名返岗职工重新判定", n
            )
            % given
        )
    return (
        ngettext(
            "重点地区名单有变化，%(n)d 名返岗职工重新判定",
            "重点地区名单有变化，%(n)d 名返岗职工重新判定",
            n,
        )
        % given
    )


def tell_changed(changed: Sequence[Application], how: DecidedBy = DecidedBy.LIST) -> int:
    """Tell each enterprise once that decisions about its returns have changed; return how many notices.

    ``how`` is what changed them, or KEPT for those that a person has to look at.
    """
    if not changed:
        return 0
    latest: dict[int, int] = {}
    for pk, unit in (
        Decision.objects.filter(application__in=[row.pk for row in changed])
        .order_by("pk")
        .values_list("pk", "application__enterprise")
    ):
        latest[unit] = pk
    counts = Counter(row.enterprise_id for row in changed)
    paths = {row.enterprise_id: row.enterprise.path for row in changed}
    found = speakers(sorted(counts))
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"returnees:{latest[unit]}:{person.pk}",
                recipient=person.pk,
                account=person.account_id,
                kind="returnees_changed",
                channel="auto",
                title=_title(how, n),
                subject_kind=CHANGED,
                subject_id=unit,
                priority=Priority.URGENT,
                unit_path=paths[unit],
            )
            for unit, n in sorted(counts.items())
            for person in found[unit]
        ]
    )


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link: how the open returns of the enterprise stand now. Two queries."""
    units = {one.subject_id for one in notices}
    names = dict(Unit.objects.filter(pk__in=units).values_list("pk", "name"))
    waiting = Counter(
        Application.objects.filter(enterprise__in=units, closed_at__isnull=True)
        .exclude(outcome__in=["", Outcome.ADMIT])
        .values_list("enterprise_id", flat=True)
    )
    return {
        one.pk: Rendered(
            one.title,
            ngettext(
                "%(unit)s：现有 %(n)d 名返岗职工暂缓上岗或隔离，请按页面所列理由办理。",
                "%(unit)s：现有 %(n)d 名返岗职工暂缓上岗或隔离，请按页面所列理由办理。",
                waiting[one.subject_id],
            )
            % {"unit": names.get(one.subject_id, ""), "n": waiting[one.subject_id]},
            _page(),
        )
        for one in notices
    }


def _page() -> str:
    try:
        return reverse("returnees:index")
    except NoReverseMatch:
        return ""
