"""Boxes change hands: whoever gives one away signs, whoever takes it signs too and reads the thermometer."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.intake import read_plain, read_reason
from pingzhan.domain.screening.enums import BoxState, StepKind, TubeState
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import Box, CustodyStep, Handover, Tube
from pingzhan.domain.screening.models.handing import COLDEST, WARMEST
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict, Invalid

NAME = (2, 40)
"""Marks of a name."""
AHEAD = timedelta(minutes=10)
"""How far the clock on the wall may be ahead of ours, or behind the phone that gave the box away."""


@transaction.atomic
def give_box(*, box: Box, to: str, by: Actor) -> CustodyStep:
    """Hand a box over without a phone: the account that does so signs first. Its tubes are on their way with it.

    Refused without KEEP_SAMPLING; Invalid without a name; Conflict when the laboratory has it or nobody has yet
    signed for the hand-over before.
    """
    zone = box.round.zone
    require(by, Permission.KEEP_SAMPLING, zone.path)
    taker = _name(to, place="to")
    held = Box.objects.select_for_update(no_key=True, of=("self",)).get(pk=box.pk)
    if held.state == BoxState.RECEIVED:
        raise Conflict(_("实验室已经接收了这个箱。"), code="box_received")
    if unsigned(held) is not None:
        raise Conflict(
            _("上一次交接还没有接收签字。"),
            hint=_("请接收人先签字。"),
            code="unsigned",
        )
    step = CustodyStep.objects.create(step=StepKind.HANDOVER, box_id=held.pk, by_name=by.name, ref=taker)
    storing.bring_boxes({held.pk})
    Tube.objects.filter(box=held, state=TubeState.BOXED).update(state=TubeState.HANDED, handed_at=Now())
    announce(LIVE_TOPIC, {"zone": zone.pk, "round": box.round_id})
    record("screening.box_given", by=by, subject=("sample_box", held.pk), unit_path=zone.path, body={})
    return step


@transaction.atomic
def sign_for_box(
    *, box: Box, receiver: str, at: datetime, temperature: Decimal, note: str = "", by: Actor
) -> Handover:
    """Sign for the last hand-over of a box, with the time and the temperature in it.

    Refused without KEEP_SAMPLING and ENTER_RESULTS; Invalid with the place for a missing name, the giver's own name,
    a time before the giving or ahead of now, a temperature that no box has; Conflict when nothing is to be signed.
    """
    zone = box.round.zone
    if not by.has(Permission.ENTER_RESULTS, zone.path):
        require(by, Permission.KEEP_SAMPLING, zone.path)
    name = _name(receiver, place="receiver")
    words = read_reason(note, place="note")
    held = Box.objects.select_for_update(no_key=True, of=("self",)).get(pk=box.pk)
    step = unsigned(held)
    if step is None:
        raise Conflict(_("这个箱没有等待签字的交接。"), code="nothing_given")
    if name == step.by_name:
        raise Invalid(_("交出人和接收人要是两个人。"), place="receiver", code="same_person")
    if not given_at(step) - AHEAD <= at <= clock.now() + AHEAD:
        raise Invalid(_("接收时间应在交出之后，不晚于现在。"), place="at", code="time")
    if not COLDEST <= temperature <= WARMEST:
        raise Invalid(_("箱内温度在 -90 到 60 ℃ 之间。"), place="temperature", code="temperature")
    made = Handover.objects.create(
        box=held, step_id=step.pk, receiver=name, signed_at=at, temperature=temperature, note=words,
        by_name=by.name,
    )  # fmt: skip
    Box.objects.filter(pk=held.pk).update(temperature=temperature)
    announce(LIVE_TOPIC, {"zone": zone.pk, "round": box.round_id})
    record("screening.box_taken", by=by, subject=("sample_box", held.pk), unit_path=zone.path, body={})
    return made


def unsigned(box: Box) -> CustodyStep | None:
    """Return the last hand-over of a box nobody signed for yet; None when there is none."""
    steps = CustodyStep.objects.filter(box_id=box.pk, step=StepKind.HANDOVER)
    last = max(steps, key=given_at, default=None)
    if last is None or Handover.objects.filter(step_id=last.pk).exists():
        return None
    return last


def given_at(step: CustodyStep) -> datetime:
    """Return when a step was taken, a phone's clock put right."""
    if step.device_at is None:
        return step.at
    return step.device_at - timedelta(milliseconds=step.skew_ms)


def _name(text: str, *, place: str) -> str:
    name = read_plain(text, place=place)
    if not NAME[0] <= len(name) <= NAME[1]:
        raise Invalid(_("请填写姓名或单位，2 到 40 个字。"), place=place, code="name")
    return name
