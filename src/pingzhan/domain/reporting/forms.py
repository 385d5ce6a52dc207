"""Papers made from the rows of the screens (command.md section 20): 启动简报, 岗位任命表, 任务书, 值班日志."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import LIVE_TASK_STATES, POOL_CODE, Phase, Severity
from pingzhan.domain.command.models import Activation, LogLine, Seat, Task
from pingzhan.domain.organisation.api import clause_rows, published_version, short_group
from pingzhan.domain.organisation.models import Holding
from pingzhan.domain.reporting.actions.common import due_name
from pingzhan.domain.reporting.papers import paragraphs, sections, table
from pingzhan.domain.reporting.queries.clocks import due_reports
from pingzhan.domain.reporting.rules import can_read
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.papers import Block, Heading, Paragraph, attested, attested_file
from pingzhan.kernel.errors import NotFound
from pingzhan.kernel.zhnumerals import chinese

FORMATS = ("docx", "pdf")
MOST_GAPS = 15
"""Gaps printed in words on the briefing, which is one sheet; the others are counted by kind."""


@dataclass(frozen=True)
class Asked:
    """What a form is about."""

    zone: Unit
    world: int
    at: datetime
    day: date
    group: str = ""


@dataclass(frozen=True)
class Form:
    """A form: its name, what it is for, and what makes its title and blocks."""

    key: str
    label: Promise
    about: Promise
    make: Callable[[Asked], tuple[str, list[Block]]]
    by_day: bool = False
    by_group: bool = False


@transaction.atomic
def form_file(
    *, key: str, suffix: str, zone: Unit, world: int = 0, group: str = "", day: date | None = None, by: Actor
) -> tuple[str, bytes]:
    """Return name and bytes of a form as it is now, as 'docx' or 'pdf', and write that down in the trail.

    ``group`` limits 任务书 to one group, ``day`` chooses the day of 值班日志 (today). Raises NotFound for a form or
    zone that is not the actor's, or nothing to print; Invalid where no issuing organ is registered.
    """
    form = FORMS.get(key)
    if form is None or suffix not in FORMATS or not can_read(by, zone):
        raise NotFound(_("没有这份文书。"), code="form_unknown")
    now = clock.now()
    today = clock.day_of(now)
    with translation.override("zh-hans"):
        title, blocks = form.make(Asked(zone, world, now, day or today, group))
        if not blocks:
            raise NotFound(_("现在没有可以打印的内容。"), code="form_empty")
        if world:
            title = _("【演练】%(title)s") % {"title": title}
        stamp = timezone.localtime(now).strftime("%Y%m%d%H%M")
        content = attested(title, blocks, number=f"{form.label}-{stamp}", dated=today, unit_path=zone.path)
        data = attested_file(content, suffix)
        name = f"{title}-{stamp}".replace("\n", "")
    record(
        "reporting.paper",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        world=world,
        body={"form": str(form.label), "format": suffix, "group": group},
    )
    return name, data


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M") if at is not None else "—"


def _group_name(seat: Seat) -> str:
    return short_group(seat.post.group.name) if seat.post is not None else _("机动")


def _post_name(seat: Seat) -> str:
    return seat.post.name if seat.post is not None else _("机动人员")


def _seats(asked: Asked) -> QuerySet[Seat]:
    rows = Seat.objects.filter(world=asked.world, zone=asked.zone, closed_at__isnull=True)
    if asked.group:
        rows = (
            rows.filter(post__isnull=True)
            if asked.group == POOL_CODE
            else rows.filter(post__group__code=asked.group)
        )
    return rows.select_related("person", "unit", "post__group").order_by(
        F("post__group__sort").asc(nulls_last=True), "post__sort", "seat_no", "pk"
    )


def _briefing(asked: Asked) -> tuple[str, list[Block]]:
    """ICS 201: the situation on one sheet, made by the switch."""
    title = _("%(unit)s战时状态启动简报") % {"unit": asked.zone.name}
    running = command.in_force(asked.zone, asked.world)
    if not running:
        return title, []
    return title, sections(
        [
            (_("命令"), _orders_in_force(running)),
            (_("指挥"), _leads(asked)),
            (_("各组到位情况（截至%(at)s）") % {"at": _moment(asked.at)}, _group_table(asked)),
            (_("缺口"), _gap_lines(asked)),
            (_("头两小时任务"), _first_tasks(asked)),
            (_("接下来的报告"), _next_reports(asked)),
        ]
    )


def _orders_in_force(running: Sequence[Activation]) -> list[Block]:
    return [
        Paragraph(
            _("%(unit)s：%(posture)s，%(at)s起，%(by)s下令。依据：%(basis)s。事由：%(reason)s。")
            % {
                "unit": one.unit.name,
                "posture": command.posture_name(one.level),
                "at": _moment(one.at),
                "by": one.ordered_by_name,
                "basis": one.basis.rstrip("。"),
                "reason": one.reason.rstrip("。"),
            }
        )
        for one in running
    ]


def _leads(asked: Asked) -> list[Block]:
    rows = []
    for n, lead in enumerate(command.leads(asked.zone, asked.world)):
        state = _("现任指挥") if n == 0 else _("接替次序第%(n)d") % {"n": n}
        if lead.acting:
            state = _("代行指挥")
        rows.append([state, lead.name, lead.post, _("已签收") if lead.confirmed else _("待签收")])
    return table([_("次序"), _("姓名"), _("岗位"), _("签收")], rows)


def _group_table(asked: Asked) -> list[Block]:
    rows = [
        [short_group(one.name) if one.name else _("机动"), one.needed, one.filled, one.confirmed, one.arrived]
        for one in command.group_counts(asked.zone, asked.world)
    ]
    return table([_("工作组"), _("应到"), _("已安排"), _("已签收"), _("已到岗")], rows)


def _gap_lines(asked: Asked) -> list[Block]:
    """Return the grave gaps in words and the others by kind."""
    found = list(command.open_gaps(asked.zone, asked.world))
    grave = [one for one in found if one.severity != Severity.INFO][:MOST_GAPS]
    lines = [one.sentence for one in command.gap_lines(grave)]
    told = {one.pk for one in grave}
    others: dict[str, int] = {}
    for one in found:
        if one.pk not in told:
            label = str(one.get_kind_display())
            others[label] = others.get(label, 0) + 1
    if others:
        words = "、".join(_("%(kind)s%(n)d处") % {"kind": kind, "n": n} for kind, n in others.items())
        lines.append(_("另有：%(words)s，见值班台。") % {"words": words})
    return paragraphs("\n".join(lines))


def _first_tasks(asked: Asked) -> list[Block]:
    """Return the tasks of the first two hours, counted by group."""
    tasks = (
        Task.objects.filter(
            world=asked.world,
            owner_seat__zone=asked.zone,
            owner_seat__closed_at__isnull=True,
            phase=Phase.FIRST,
            state__in=LIVE_TASK_STATES,
        )
        .values("owner_seat__post__group__name")
        .annotate(
            all=Count("pk"),
            critical=Count("pk", filter=Q(critical=True)),
            first=Min("due_at"),
            last=Max("due_at"),
        )
        .order_by("first", "owner_seat__post__group__name")
    )
    rows = [
        [
            short_group(row["owner_seat__post__group__name"] or _("机动")),
            row["all"],
            row["critical"],
            _moment(row["first"]),
            _moment(row["last"]),
        ]
        for row in tasks
    ]
    return table([_("工作组"), _("任务"), _("其中关键"), _("最早时限"), _("最晚时限")], rows)


def _next_reports(asked: Asked) -> list[Block]:
    rows = [
        [one.unit.name, due_name(one), _moment(one.due_at)] for one in due_reports(asked.zone, asked.world)
    ]
    return table([_("范围"), _("报告"), _("时限")], rows)


def _appointments(asked: Asked) -> tuple[str, list[Block]]:
    """ICS 203: who holds which position."""
    title = _("%(unit)s岗位任命表") % {"unit": asked.zone.name}
    seats = list(_seats(asked))
    spare: dict[int, list[str]] = {}
    posts = {seat.post_id for seat in seats if seat.post_id is not None}
    for holding in (
        Holding.objects.filter(post__in=posts, rank__gt=0, person__isnull=False)
        .select_related("person")
        .order_by("rank", "pk")
    ):
        assert holding.person is not None
        spare.setdefault(holding.post_id, []).append(holding.person.name)
    groups: dict[str, list[list[object]]] = {}
    for seat in seats:
        others = [name for name in spare.get(seat.post_id or 0, []) if name != seat.person.name]
        groups.setdefault(_group_name(seat), []).append(
            [
                _post_name(seat),
                seat.person.name,
                "、".join(others) or "—",
                str(seat.get_ack_state_display()),
                _moment(seat.opened_at),
            ]
        )
    head = [_("岗位"), _("任职"), _("替补"), _("状态"), _("任命时间")]
    return title, _numbered([(name, table(head, rows)) for name, rows in groups.items()])


def _numbered(pairs: Sequence[tuple[str, Sequence[Block]]]) -> list[Block]:
    """Return sections with Chinese ordinals, whatever their number."""
    found: list[Block] = []
    for n, (title, blocks) in enumerate(pairs, start=1):
        found += [Heading(1, f"{chinese(n)}、{title}"), *blocks]
    return found


def _missions(asked: Asked) -> tuple[str, list[Block]]:
    """ICS 204: for each post its leader, its work with due times, and the clauses it rests on."""
    seats = list(_seats(asked))
    name = _group_name(seats[0]) if seats and asked.group else ""
    title = _("%(unit)s%(group)s任务书") % {"unit": asked.zone.name, "group": name}
    tasks: dict[int, list[Task]] = {}
    for one in Task.objects.filter(owner_seat__in=seats, state__in=LIVE_TASK_STATES).order_by("due_at", "pk"):
        tasks.setdefault(one.owner_seat_id, []).append(one)
    clauses: dict[str, list[str]] = {}
    version = next((seat.post.version_id for seat in seats if seat.post is not None), None)
    if version is None and (published := published_version(asked.zone.pk)) is not None:
        version = published.pk
    for code, _n, text in clause_rows(version) if version is not None else ():
        clauses.setdefault(code, []).append(text)
    heads = {
        seat.post.group.code: seat.person.name
        for seat in seats
        if seat.post is not None and seat.post.role == "head"
    }
    pairs: list[tuple[str, Sequence[Block]]] = []
    for seat in seats:
        code = seat.post.group.code if seat.post is not None else ""
        who = _("任职：%(name)s。") % {"name": seat.person.name}
        if heads.get(code) and heads[code] != seat.person.name:
            who += _("向%(head)s报告。") % {"head": heads[code]}
        rows = [
            [str(one.get_phase_display()), one.title, _moment(one.due_at), str(one.get_evidence_display())]
            for one in tasks.get(seat.pk, [])
        ]
        duties = "；".join(clauses.get(code, []))
        blocks: list[Block] = [Paragraph(who)]
        if duties:
            blocks.append(Paragraph(_("职责：%(text)s。") % {"text": duties.rstrip("。")}))
        blocks += table([_("阶段"), _("任务"), _("时限"), _("反馈要求")], rows) or [
            Paragraph(_("没有待办任务。"))
        ]
        pairs.append((f"{_group_name(seat)} · {_post_name(seat)}", blocks))
    if len(pairs) <= 99:
        return title, _numbered(pairs)
    return title, [one for name, blocks in pairs for one in (Paragraph(name), *blocks)]


def _log(asked: Asked) -> tuple[str, list[Block]]:
    """ICS 214: the running log of the desk on one day."""
    day = asked.day
    begin = clock.midnight(day)
    # The line is broken where the title falls into two parts.
    title = _("%(unit)s值班日志\n（%(year)d年%(month)d月%(day)d日）") % {
        "unit": asked.zone.name,
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
    rows = [
        [timezone.localtime(one.happened).strftime("%H:%M:%S"), _logged(one), one.by_name]
        for one in LogLine.objects.filter(world=asked.world, zone=asked.zone)
        .since(begin)
        .before(begin + timedelta(days=1))
        .in_order()
    ]
    return title, table([_("时间"), _("事项"), _("记录人")], rows)


def _logged(line: LogLine) -> str:
    """Return the text; of a line from paper with the time it was entered."""
    if line.paper_at is None:
        return line.text
    entered = timezone.localtime(line.at).strftime("%m-%d %H:%M")
    return _("%(text)s（纸质记录，%(at)s 补录）") % {"text": line.text, "at": entered}


FORMS: dict[str, Form] = {
    form.key: form
    for form in (
        Form(
            "briefing",
            gettext_lazy("启动简报"),
            gettext_lazy("命令、指挥、各组到位、缺口、头两小时任务，一页看清。"),
            _briefing,
        ),
        Form(
            "appointments",
            gettext_lazy("岗位任命表"),
            gettext_lazy("谁任什么岗位，替补是谁，签收到哪一步。"),
            _appointments,
        ),
        Form(
            "missions",
            gettext_lazy("任务书"),
            gettext_lazy("每个岗位的任职人、职责、任务和时限；可以只印一个组。"),
            _missions,
            by_group=True,
        ),
        Form("log", gettext_lazy("值班日志"), gettext_lazy("一天的值班日志。"), _log, by_day=True),
    )
}
