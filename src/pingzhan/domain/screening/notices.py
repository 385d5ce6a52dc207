"""Telling the enterprises when the sampling team comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.enums import PersonKind, PostRole
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening.models import PlanVersion, Round, Slot
from pingzhan.foundation.messages import NewNotice, Rendered, enqueue_bulk, register_renderer
from pingzhan.foundation.messages.models import Notice, Priority

SLOTS, CALLED_OFF, DROPPED = "testing_slots", "testing_off", "testing_dropped"
_SPEAKERS = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD)


def register() -> None:
    """Give notices of this module their words."""
    register_renderer(SLOTS, render_slots)
    register_renderer(CALLED_OFF, render_off)
    register_renderer(DROPPED, render_dropped)


def speakers(firms: Collection[int]) -> dict[int, dict[int, Person]]:
    """Return contact and lead of each enterprise by number, its own people where no seat is filled. Two queries."""
    found: dict[int, dict[int, Person]] = defaultdict(dict)
    seats = Seat.objects.filter(
        world=0, closed_at__isnull=True, post__role__in=_SPEAKERS, unit__in=firms
    ).select_related("person")
    for seat in seats:
        found[seat.unit_id][seat.person_id] = seat.person
    rest = set(firms) - set(found)
    own = Person.objects.filter(home_unit__in=rest, kind=PersonKind.COMPANY, active=True)
    for person in own:
        found[person.home_unit_id][person.pk] = person
    return found


def tell_slots(version: PlanVersion, slots: Sequence[Slot], changed: Collection[int]) -> int:
    """Tell the enterprises of ``changed`` their slots: one notice to each speaker of each enterprise."""
    first: dict[int, Slot] = {}
    for slot in sorted(slots, key=lambda one: (one.start, one.pk)):
        first.setdefault(slot.enterprise_id, slot)
    paths = {one.enterprise_id: one.enterprise.path for one in first.values()}
    people = speakers(sorted(set(first) & set(changed)))
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"testing:{version.pk}:{firm}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=SLOTS,
                channel="auto",
                title=_("核酸检测时间安排"),
                subject_kind=SLOTS,
                subject_id=first[firm].pk,
                priority=Priority.NORMAL,
                unit_path=paths[firm],
            )
            for firm, found in sorted(people.items())
            for pk, person in sorted(found.items())
        ]
    )


def said(slot: Slot) -> tuple[datetime, datetime, int, int]:
    """Return what an enterprise is told of a slot: start, end, team and people."""
    return slot.start, slot.end, slot.team_id, slot.heads


def heard(round_: Round) -> dict[int, list[tuple[Any, ...]]]:
    """Return what each enterprise of a round was last told, by enterprise. Two queries.

    Not the slots in force: several small shifts, none of them worth a notice, may add up to one that is.
    """
    slots = list(Slot.objects.filter(round=round_).order_by("start", "team_id", "cohort"))
    by_id = {one.pk: one for one in slots}
    latest: dict[int, int] = {}
    for pk in Notice.objects.filter(kind=SLOTS, subject_id__in=list(by_id)).values_list(
        "subject_id", flat=True
    ):
        slot = by_id[pk]
        latest[slot.enterprise_id] = max(latest.get(slot.enterprise_id, 0), slot.version_id)
    found: dict[int, list[tuple[Any, ...]]] = {}
    for one in slots:
        if latest.get(one.enterprise_id) == one.version_id:
            found.setdefault(one.enterprise_id, []).append(said(one))
    return found


def tell_dropped(version: PlanVersion, slots: Sequence[Slot]) -> int:
    """Tell enterprises to which a new version sends nobody any more; ``slots`` holds one of each, now ended."""
    first = {one.enterprise_id: one for one in slots}
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"testing_dropped:{version.pk}:{firm}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=DROPPED,
                channel="auto",
                title=_("核酸检测时间变化"),
                subject_kind=DROPPED,
                subject_id=first[firm].pk,
                priority=Priority.URGENT,
                unit_path=first[firm].enterprise.path,
            )
            for firm, found in sorted(speakers(sorted(first)).items())
            for pk, person in sorted(found.items())
        ]
    )


def tell_off(round_: Round, firms: Sequence[Slot]) -> int:
    """Tell the enterprises with a slot that the round does not take place."""
    first = {one.enterprise_id: one for one in firms}
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"testing_off:{round_.pk}:{firm}:{pk}",
                recipient=pk,
                account=person.account_id,
                kind=CALLED_OFF,
                channel="auto",
                title=_("核酸检测取消"),
                subject_kind=CALLED_OFF,
                subject_id=first[firm].pk,
                priority=Priority.URGENT,
                unit_path=first[firm].enterprise.path,
            )
            for firm, found in sorted(speakers(sorted(first)).items())
            for pk, person in sorted(found.items())
        ]
    )


def render_slots(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body with every slot of the enterprise in that plan, and link."""
    heads = _slots(notices)
    lines: dict[tuple[int, int], list[str]] = defaultdict(list)
    for slot in Slot.objects.filter(
        version__in={one.version_id for one in heads.values()},
        enterprise__in={one.enterprise_id for one in heads.values()},
    ).select_related("team"):
        lines[slot.version_id, slot.enterprise_id].append(
            _("%(when)s，%(team)s，%(heads)d 人")
            % {"when": span(slot), "team": slot.team.name, "heads": slot.heads}
        )
    found = {}
    for one in notices:
        head = heads.get(one.subject_id)
        if head is None:
            continue
        rows = "；".join(lines[head.version_id, head.enterprise_id])
        found[one.pk] = Rendered(
            one.title,
            _("%(unit)s：%(rows)s。请组织职工带好身份证按时到采样点，采样前 30 分钟不要饮食和吸烟。")
            % {"unit": head.enterprise.name, "rows": rows},
            page_of(head.enterprise_id),
        )
    return found


def render_off(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link."""
    heads = _slots(notices)
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：原定 %(when)s 的核酸检测取消。原因：%(reason)s")
            % {
                "unit": heads[one.subject_id].enterprise.name,
                "when": span(heads[one.subject_id]),
                "reason": heads[one.subject_id].round.cancel_reason,
            },
            page_of(heads[one.subject_id].enterprise_id),
        )
        for one in notices
        if one.subject_id in heads
    }


def render_dropped(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link."""
    heads = _slots(notices)
    return {
        one.pk: Rendered(
            one.title,
            _("%(unit)s：原定 %(when)s 的核酸检测不能按时进行，请先不要组织职工排队。新的时间另行通知。")
            % {"unit": heads[one.subject_id].enterprise.name, "when": span(heads[one.subject_id])},
            page_of(heads[one.subject_id].enterprise_id),
        )
        for one in notices
        if one.subject_id in heads
    }


def _slots(notices: Sequence[Notice]) -> dict[int, Slot]:
    wanted = {one.subject_id for one in notices}
    return {one.pk: one for one in Slot.objects.filter(pk__in=wanted).select_related("enterprise", "round")}


def span(slot: Slot) -> str:
    """Return day and time of a slot as people read it."""
    start, end = timezone.localtime(slot.start), timezone.localtime(slot.end)
    return _("%(month)d 月 %(day)d 日 %(start)s 至 %(end)s") % {
        "month": start.month,
        "day": start.day,
        "start": f"{start:%H:%M}",
        "end": f"{end:%H:%M}",
    }


def page_of(unit_id: int) -> str:
    """Return the address where an enterprise sees its slots, empty while there is none."""
    try:
        return reverse("testing:firm", args=[unit_id])
    except NoReverseMatch:
        return ""
