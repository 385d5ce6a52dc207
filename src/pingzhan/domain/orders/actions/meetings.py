"""研判会: recording a meeting, what was decided, and the minutes as an official paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from pingzhan.domain.orders import rules
from pingzhan.domain.orders.models import Decision, Meeting, Order
from pingzhan.domain.orders.times import FARTHEST
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.content import chinese_date, chinese_moment
from pingzhan.foundation.documents.models import Paper
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Invalid, NotFound, Refused

MINUTES_SOURCE = "meeting"


@dataclass(frozen=True)
class MeetingData:
    """What is told of a meeting; ``people`` are ids of persons of the zone."""

    title: str
    held_at: datetime
    points: str
    place: str = ""
    chair: int | None = None
    people: Sequence[int] = ()
    guests: str = ""
    material: str = ""


def _persons(zone: Unit, ids: Sequence[int]) -> list[Person]:
    wanted = set(ids)
    found = list(Person.objects.filter(pk__in=wanted, home_unit__path__startswith=zone.path))
    if len(found) != len(wanted):
        raise Invalid(_("参加人员中有人不属于这个开发区。"), code="meeting_person")
    return found


def _values(data: MeetingData, zone: Unit) -> dict[str, object]:
    if not data.title.strip() or not data.points.strip():
        raise Invalid(_("请填写会议名称和讨论情况。"), code="meeting_empty")
    if abs(data.held_at - clock.now()) > FARTHEST:
        raise Invalid(_("会议时间应在前后十年以内。"), hint=_("请检查年份。"), code="meeting_far")
    chair = _persons(zone, [data.chair])[0] if data.chair is not None else None
    return {
        "title": " ".join(data.title.split()),
        "held_at": data.held_at,
        "place": data.place.strip(),
        "chair": chair,
        "guests": data.guests.strip(),
        "points": data.points.strip(),
        "material": data.material.strip(),
    }


@transaction.atomic
def record_meeting(*, zone: Unit, data: MeetingData, by: Actor, world: int = 0) -> Meeting:
    """Record a meeting and return it. Refused without ISSUE_ORDERS for the zone.

    Invalid for missing words, and for a time more than ten years from now: a slip of the pen.
    """
    rules.require_issue(by, zone)
    meeting = Meeting.objects.create(
        world=world, zone=zone, by_id=by.user_id, by_name=by.name or _("系统"), **_values(data, zone)
    )
    meeting.people.set(_persons(zone, data.people))
    announce("command", {"meeting": meeting.pk})
    record(
        "orders.meeting",
        by=by,
        subject=("meeting", meeting.pk),
        unit_path=zone.path,
        world=world,
        body={"people": len(set(data.people))},
    )
    return meeting


@transaction.atomic
def change_meeting(*, meeting: Meeting, data: MeetingData, by: Actor) -> Meeting:
    """Complete the record of a meeting; its former wording stays in the history. Refused like record_meeting."""
    rules.require_issue(by, meeting.zone)
    Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    for name, value in _values(data, meeting.zone).items():
        setattr(meeting, name, value)
    meeting.save()
    meeting.people.set(_persons(meeting.zone, data.people))
    announce("command", {"meeting": meeting.pk})
    record(
        "orders.meeting_changed",
        by=by,
        subject=("meeting", meeting.pk),
        unit_path=meeting.zone.path,
        world=meeting.world,
        body={"people": len(set(data.people))},
    )
    return meeting


@transaction.atomic
def record_decision(
    *,
    zone: Unit,
    text: str,
    decided_by: str,
    by: Actor,
    options: str = "",
    basis: str = "",
    meeting: Meeting | None = None,
    world: int = 0,
) -> Decision:
    """Write down a decision, for good, and return it. Refused without ISSUE_ORDERS for the zone."""
    rules.require_issue(by, zone)
    if not text.strip() or not decided_by.strip():
        raise Invalid(_("请写明决定事项和决定人。"), code="decision_empty")
    if meeting is not None and (meeting.zone_id, meeting.world) != (zone.pk, world):
        raise Invalid(_("会议或决定不属于这个开发区。"), code="order_source")
    decision = Decision.objects.create(
        world=world,
        zone=zone,
        meeting=meeting,
        text=text.strip(),
        options=options.strip(),
        basis=basis.strip(),
        decided_by=decided_by.strip(),
        by_id=by.user_id,
        by_name=by.name or _("系统"),
    )
    announce("command", {"decision": decision.pk})
    record(
        "orders.decision",
        by=by,
        subject=("decision", decision.pk),
        unit_path=zone.path,
        world=world,
        body={"meeting": meeting.pk if meeting is not None else 0},
    )
    return decision


@transaction.atomic
def draft_minutes(*, meeting: Meeting, by: Actor) -> Paper:
    """Draft the minutes (纪要) of a meeting as an official paper and return it; the clerk hands it in.

    NotFound to whoever may not read the meeting; Refused without WRITE_DOCUMENTS; Refused for a drill, whose
    papers would be taken for real ones.
    """
    if not rules.meetings_visible_to(by).filter(pk=meeting.pk).exists():
        raise NotFound(_("没有这次会议。"))
    if meeting.world:
        raise Refused(_("演练的会议不印发纪要。"), code="drill_paper")
    with override("zh-hans"):
        blocks = papers.parse(papers.proofread(_body(meeting)).text)
        title = meeting.title if meeting.title.endswith("纪要") else f"{meeting.title}纪要"
    return papers.draft_paper(
        papers.PaperKind.MINUTES,
        title,
        blocks,
        by=by,
        unit_path=meeting.zone.path,
        source=(MINUTES_SOURCE, meeting.pk),
    )


def _body(meeting: Meeting) -> str:
    """Return the text of the minutes, in the marks of papers.parse; official papers are Chinese."""
    when = localtime(meeting.held_at)
    names = [person.name for person in meeting.people.order_by("sort_key", "pk")]
    lines = [
        f"{chinese_moment(when)}，"
        + (f"{meeting.chair.name}主持召开" if meeting.chair is not None else "召开")
        + f"{meeting.title}。现纪要如下：",
        "一、会议研究情况",
        *(line for line in meeting.points.splitlines() if line.strip()),
        "二、会议决定",
    ]
    decisions = list(meeting.decisions.order_by("pk"))
    for n, one in enumerate(decisions, start=1):
        lines.append(f"{n}. {one.text}")
        if one.options:
            lines.append(f"比选方案：{one.options}")
        if one.basis:
            lines.append(f"依据：{one.basis}")
    if not decisions:
        lines.append("会议没有形成决定。")
    orders = list(
        Order.objects.filter(meeting=meeting)
        .order_by("pk")
        .only("title", "lead_name", "due_at", "year", "number")
    )
    if orders:
        lines += ["三、任务分工", "| 事项 | 主办 | 时限 |"]
        lines += [
            f"| {one.title.replace('|', ' ')} | {one.lead_name} | {chinese_date(clock.day_of(one.due_at))} |"
            for one in orders
        ]
    lines.append(f"出席：{'、'.join(names)}。" if names else "出席：见签到表。")
    if meeting.guests:
        lines.append(f"列席：{meeting.guests}。")
    return "\n".join(lines)
