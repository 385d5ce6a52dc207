"""A drill of three weeks ago: who answered when, what was injected, its review and two actions still open.

Written as rows and not ordered: an order is always given now, and a demo in which everything happened in one
second shows nothing. The database's own constraints apply all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from pingzhan.domain.command.models import (
    Activation,
    Duty,
    DutyVersion,
    PolicyVersion,
    ScopeState,
    Seat,
    SeatCause,
    Task,
    TaskEvent,
)
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, DrillEvent, Inject, Review
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.organisation.models import Holding, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.messages import DRILL_PREFIX
from pingzhan.foundation.messages.models import Notice, NoticeState

AGO = timedelta(days=21)
LASTED = timedelta(minutes=190)
BY = "麻思齐"
SCRIPT = (
    (
        10,
        "group",
        "testing",
        "核酸检测组",
        "某厂车间 3 人发热，请组织采样",
        "20 分钟内派出采样人员并反馈",
        20,
        9,
        18,
    ),
    (40, "group", "medical", "医疗保障组", "1 名职工需要转运", "联系医疗机构并反馈转运时间", 10, 26, 7),
    (75, "group", "response", "应急处置组", "网上出现不实消息", "核实后提出回应口径", 10, None, 4),
)
"""Minute, kind, code and name of the target, situation, expected action, points, minutes taken, score."""
ACTIONS = (
    ("group:coordination", "核实全体成员的联系方式，开通短信签收"),
    ("group:response", "编写舆情回应口径模板，每季度更新"),
)


def demo_drill(zone: Unit, by: Actor) -> None:
    """Write the drill, have its review drafted as after any emergency, complete it, and give two actions."""
    begun = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - AGO
    world = _next_world()
    activation = _activation(zone, world, begun)
    seats = _seats(activation, begun)
    _tasks(activation, seats, begun)
    _drill(activation, begun)
    Activation.objects.filter(pk=activation.pk).update(
        ended_at=begun + LASTED, ended_by_name=BY, end_kind="stood_down", end_reason="演练结束"
    )
    ScopeState.objects.create(world=world, unit=zone, epoch=2, changed_at=begun + LASTED, changed_by_name=BY)
    drills.draft_missing()
    review = Review.objects.get(activation=activation)
    drills.write_review(
        review_id=review.pk,
        kept="领导小组和各组组长十五分钟内签收，替补接替顺畅。",
        change="部分成员没有开通短信，签收偏慢；舆情回应口径准备不足。",
        by=by,
    )
    for key, text in ACTIONS:
        drills.add_action(review_id=review.pk, text=text, to_key=key, by=by)
    drills.mark_reviewed(review_id=review.pk, by=by)


def _next_world() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('drills_world')")
        return int(cursor.fetchone()[0])


def _activation(zone: Unit, world: int, begun: datetime) -> Activation:
    structure = StructureVersion.objects.get(zone=zone, status="published")
    duties = DutyVersion.objects.filter(structure_version=structure).order_by("-n").first()
    policy = PolicyVersion.objects.order_by("-n").first()
    assert duties is not None
    assert policy is not None
    return Activation.objects.create(
        key="demo-drill",
        request_sha="demo",
        world=world,
        zone=zone,
        unit=zone,
        epoch=1,
        posture_from="routine",
        level=3,
        structure_version=structure,
        duty_version=duties,
        policy_version=policy,
        ordered_by_name=BY,
        recorded_by_name=BY,
        basis="演练方案：秋季综合应急演练",
        reason="一家企业报告聚集性发热，检验平战转换、到岗和信息报告",
        at=begun,
    )


def _seats(activation: Activation, begun: datetime) -> list[Seat]:
    """Write the seats of the zone's own posts: heads first; one declined, three never answered."""
    holdings = (
        Holding.objects.filter(post__version=activation.structure_version, rank=0, person__isnull=False)
        .exclude(post__group__code=ENTERPRISE_GROUP)
        .select_related("post", "person")
        .order_by("post__group__sort", "post__sort", "seat_no")
    )
    ordered = sorted(holdings, key=lambda one: one.post.role == "member")
    end = begun + LASTED
    rows: list[Seat] = []
    for n, one in enumerate(ordered):
        silent = n >= len(ordered) - 3
        acked = begun + timedelta(seconds=70 + n * 23)
        declines = one.post.code == "medical.member" or one.post.code.startswith("medical.member")
        row = Seat(
            world=activation.world,
            zone_id=activation.zone_id,
            unit_id=one.post.unit_id,
            post=one.post,
            post_code=one.post.code,
            seat_no=one.seat_no,
            person=one.person,
            posture="emergency",
            regime=activation.run_key,
            duty_key="demo",
            duty_version=activation.duty_version,
            opened_at=begun,
            opened_by_activation=activation,
            closed_at=end,
            closed_reason="released",
            ack_state="released",
            step_no=3 if silent else 0,
            policy_snapshot=LADDER,
        )
        if declines and not any(seat.ack_state == "declined" for seat in rows):
            row.closed_at, row.closed_reason = begun + timedelta(minutes=6), "declined"
            row.ack_state, row.decline_reason = "declined", "在外地参加培训"
        elif not silent:
            row.seen_at, row.acked_at = acked - timedelta(seconds=25), acked
            row.ack_by, row.ack_via = row.person.name, "button"
            row.arrived_at = acked + timedelta(minutes=11, seconds=n * 31 % 600)
        rows.append(row)
    made = Seat.objects.bulk_create(rows)
    SeatCause.objects.bulk_create(SeatCause(seat=seat, activation=activation) for seat in made)
    Notice.objects.bulk_create(
        Notice(
            world=activation.world,
            dedupe=f"order:{activation.world}:{seat.pk}",
            recipient=seat.person_id,
            kind="order",
            channel="auto",
            title=f"{DRILL_PREFIX}转入战时：请签收",
            subject_kind="seat",
            subject_id=seat.pk,
            state=NoticeState.SENT,
            unit_path=activation.zone.path,
            created_at=begun,
            sent_at=begun + timedelta(seconds=5),
        )
        for seat in made
    )
    return made


LADDER = [
    {"n": 1, "after_sec": 120, "action": "call", "target": "holder", "channels": []},
    {"n": 2, "after_sec": 300, "action": "substitute", "target": "substitute", "channels": []},
    {"n": 3, "after_sec": 900, "action": "name_someone", "target": "group_head", "channels": []},
]


def _tasks(activation: Activation, seats: Sequence[Seat], begun: datetime) -> None:
    """Write the tasks of the first two hours, one duty for each head; three of four were done in time."""
    duties = Duty.objects.filter(version=activation.duty_version, posture="emergency", phase="0-2h").order_by(
        "code"
    )
    heads = {seat.post.group_id: seat for seat in seats if seat.post is not None and seat.post.role == "head"}
    rows: list[Task] = []
    for duty in duties:
        seat = next((one for one in heads.values() if _fits(duty, one)), None)
        if seat is None:
            continue
        due = begun + timedelta(minutes=duty.due_offset_min or 120)
        rows.append(
            Task(
                world=activation.world,
                seat=seat,
                owner_seat=seat,
                duty=duty,
                duty_code=duty.code,
                title=duty.title,
                phase=duty.phase,
                evidence=duty.evidence,
                critical=duty.critical,
                due_at=due,
                state="closed",
                done_at=due - timedelta(minutes=4) if len(rows) % 4 else due + timedelta(minutes=17),
                created_at=begun,
            )
        )
    for task in Task.objects.bulk_create(rows):
        assert task.done_at is not None
        TaskEvent.objects.create(
            task=task, at=task.done_at, verb="close", state_from="open", state_to="closed", by_name=BY
        )


def _fits(duty: Duty, seat: Seat) -> bool:
    assert seat.post is not None
    return duty.group_code == seat.post.group.code and duty.role in ("", seat.post.role)


def _drill(activation: Activation, begun: datetime) -> None:
    drill = Drill.objects.create(
        world=activation.world,
        zone=activation.zone,
        unit=activation.unit,
        title="秋季综合应急演练",
        level=activation.level,
        scenario=activation.reason,
        made_by_name=BY,
        state="ended",
        made_at=begun - timedelta(days=3),
        planned_at=begun,
        started_at=begun,
        ended_at=begun + LASTED,
        end_kind="stood_down",
        activation=activation,
    )
    events = [("prepare", begun - timedelta(days=3), None), ("start", begun, None)]
    for minute, kind, code, name, text, expected, points, took, score in SCRIPT:
        fired = begun + timedelta(minutes=minute)
        inject = Inject.objects.create(
            drill=drill,
            offset_min=minute,
            target=kind,
            code=code,
            name=name,
            text=text,
            expected=expected,
            points=points,
            fired_at=fired,
            fired_by_name="导调（按计划）",
            done_at=fired + timedelta(minutes=took) if took is not None else None,
            score=score,
            scored_by_name=BY,
            scored_at=begun + LASTED,
        )
        events.append(("inject", fired, inject))  # type: ignore[arg-type]
    events.append(("end", begun + LASTED, None))
    DrillEvent.objects.bulk_create(
        DrillEvent(drill=drill, verb=verb, at=at, by_name=BY, inject=inject) for verb, at, inject in events
    )
