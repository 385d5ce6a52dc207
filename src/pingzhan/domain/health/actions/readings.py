"""Entering temperatures: a whole team with its exceptions, single ones, batches of devices, corrections."""

from __future__ import annotations

import re
import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.health import duties, rules
from pingzhan.domain.health.actions.cases import open_for_fever
from pingzhan.domain.health.actions.storing import AHEAD, OLDEST, Fact, store
from pingzhan.domain.health.enums import Result, Source
from pingzhan.domain.health.models import Reading
from pingzhan.domain.health.queries import latest, members, stopped, team_lines
from pingzhan.domain.health.slots import DEGREES, Slot, read_tenths
from pingzhan.domain.health.timetable import Timetable, slot_now
from pingzhan.domain.measures.api import parameter
from pingzhan.domain.people.models import Placement
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused

MOST = 5_000
"""Rows of one batch."""
REASON_MOST = 60
FEVER_LINE = Decimal("37.3")
"""Degrees where no measure in force says another line (reference/domain.md section 8)."""


@dataclass(frozen=True, slots=True)
class ReadingIn:
    """One temperature as a client sent it; ``person`` is the number of the employment."""

    uuid: uuids.UUID
    person: int
    value: str | float
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a row. ``code`` is stable, ``message`` is for people."""

    uuid: uuids.UUID
    status: Literal["stored", "same", "refused"]
    code: str = ""
    message: str = ""


def fever_tenths(unit: Unit) -> int:
    """Return from how many tenths of a degree on a temperature is a fever at an enterprise now."""
    return int(Decimal(str(parameter(unit, "fever_line", FEVER_LINE).value)) * DEGREES)


@transaction.atomic
def record_readings(batch: Sequence[ReadingIn], device: Device, by: Actor) -> list[Answer]:
    """Store what a device measured; answer each row in order; a batch sent again is stored once.

    A person of another enterprise is refused in the same words as one that does not exist. Raises Invalid for
    more than MOST rows. A fever stops the worker's work at once.
    """
    if len(batch) > MOST:
        raise Invalid(_("一次最多上传 %(n)d 条。") % {"n": MOST}, code="batch_size")
    placed = {
        one.employment_id: one
        for one in Placement.objects.filter(
            employment_id__in={row.person for row in batch},
            t1__isnull=True,
            employment__left__isnull=True,
            enterprise__path__startswith=device.unit_path,
            enterprise__kind=UnitKind.ENTERPRISE,
        ).select_related("enterprise")
    }
    lines = {one.enterprise_id: one.enterprise for one in placed.values()}
    fever = {pk: fever_tenths(unit) for pk, unit in lines.items()}
    moment, table = clock.now(), Timetable(lines)
    facts: list[Fact] = []
    booked: dict[uuids.UUID, Slot] = {}
    answers: list[Answer] = []
    seen: set[uuids.UUID] = set()
    for row in batch:
        if row.uuid in seen:
            answers.append(Answer(row.uuid, "same", "same", _("这条记录已经收到。")))
            continue
        place = placed.get(row.person)
        try:
            tenths = _sound(row, place, moment)
        except DomainError as error:
            answers.append(Answer(row.uuid, "refused", error.code, f"{error.message}{error.hint}"))
            continue
        assert place is not None
        slot = booked[row.uuid] = table.at(place.enterprise_id, row.at)
        seen.add(row.uuid)
        facts.append(
            Fact(
                slot.day, slot.code, row.person, place.enterprise_id, place.team_id or 0, Result.MEASURED,
                tenths, tenths >= fever[place.enterprise_id], slot.is_late(row.at), Source.DEVICE, device.pk,
                row.at, row.uuid,
            )
        )  # fmt: skip
        answers.append(Answer(row.uuid, "stored"))
    new = store(facts)
    answers = [
        Answer(one.uuid, "same", "same", _("这条记录已经收到。"))
        if one.status == "stored" and one.uuid not in new
        else one
        for one in answers
    ]
    fresh = [one for one in facts if one.uuid in new]
    for one in fresh:
        if one.fever:
            open_for_fever(placed[one.employment_id].employment_id, lines[one.enterprise_id], one.tenths, by)
    duties.measured({(one.enterprise_id, booked[one.uuid], one.measured_at) for one in fresh}, device.pk, by)
    if fresh:
        record(
            "health.readings", by=by, subject=("device", device.pk), unit_path=device.unit_path,
            body={"stored": len(fresh), "rows": len(batch)},
        )  # fmt: skip
    return answers


def _sound(row: ReadingIn, place: Placement | None, moment: datetime) -> int:
    if place is None:
        raise Invalid(_("没有这名职工。"), code="person")
    if row.at > moment + AHEAD:
        raise Invalid(_("测量时间晚于现在，请校准设备的时钟。"), code="future")
    if row.at < moment - OLDEST:
        raise Invalid(_("测量时间已超过 7 天，不再接收。"), code="old")
    return read_tenths(row.value)


@dataclass(frozen=True, slots=True)
class Special:
    """What is different with one member of a team: a temperature, an absence or a leave."""

    result: Result
    tenths: int | None = None


@transaction.atomic
def record_team(
    *, enterprise: Unit, team_id: int, exceptions: Mapping[int, Special] | None = None, by: Actor
) -> int:
    """Enter a whole team for the slot of now: all normal but the exceptions; return how many were entered.

    Members already entered in this slot are left as they are unless they are among the exceptions, so that a
    second tap changes nothing; who was entered in another team before he was moved is counted in this one.
    ``exceptions`` by employment. Refused without KEEP_LEDGERS, Invalid for somebody
    who is not of the team. A fever stops the worker's work at once.
    """
    rules.require_keep(by, enterprise)
    special = dict(exceptions or {})
    who = members(enterprise.pk, team_id)
    if not who:
        raise NotFound(_("这个班组没有在职职工。"))
    if special.keys() - set(who):
        raise Invalid(_("例外名单里有不属于这个班组的人。"), place="exceptions")
    moment, slot = clock.now(), slot_now(enterprise.pk)
    known = latest(slot.day, slot.code, who)
    line = fever_tenths(enterprise)
    facts: list[Fact] = []
    taken: set[int] = set()
    for one in who:
        what, before = special.get(one), known.get(one)
        here = before is not None and before.team_id == team_id
        if what is None and here:
            continue
        if what is None and before is not None:
            # Measured before he came to this team: it is taken over as it is, so that the team can be complete.
            what = Special(Result(before.result), before.tenths)
            taken.add(one)
        chosen = what or Special(Result.NORMAL)
        if here and before is not None and (before.result, before.tenths) == (chosen.result, chosen.tenths):
            continue
        facts.append(_fact(enterprise, team_id, one, chosen, slot, moment, line, before))
    store(facts)
    for fact in facts:
        if fact.fever and fact.employment_id not in taken:
            open_for_fever(fact.employment_id, enterprise, fact.tenths, by)
    duties.measured({(enterprise.pk, slot, moment)}, team_id, by)
    if facts:
        record(
            "health.team", by=by, subject=("team", team_id), unit_path=enterprise.path,
            body={"stored": len(facts), "exceptions": len(special)},
        )  # fmt: skip
    return len(facts)


def _fact(  # noqa: PLR0917 - private, called once
    unit: Unit, team_id: int, who: int, what: Special, slot: Slot, moment: datetime, line: int,
    before: Reading | None,
) -> Fact:  # fmt: skip
    return Fact(
        slot.day, slot.code, who, unit.pk, team_id, what.result, what.tenths,
        what.tenths is not None and what.tenths >= line, slot.is_late(moment),
        Source.TEAM if what.result == Result.NORMAL else Source.SINGLE, None, moment, uuids.uuid4(),
        before.pk if before is not None else None,
    )  # fmt: skip


@transaction.atomic
def record_all_normal(*, enterprise: Unit, by: Actor) -> int:
    """Enter every team that is not complete as all normal, leaving what is entered; return how many workers.

    Refused while somebody of the enterprise has stopped work: then the teams are looked at one by one.
    """
    rules.require_keep(by, enterprise)
    if stopped(enterprise.pk):
        raise Refused(_("有职工已停工，请按班组登记，不能全厂一键正常。"), code="stopped")
    return sum(
        record_team(enterprise=enterprise, team_id=one.team_id, by=by)
        for one in team_lines([enterprise.pk], slot_now(enterprise.pk))
        if one.missing
    )


@transaction.atomic
def correct_reading(
    *, enterprise: Unit, employment_id: int, day: date, slot: int, value: str, reason: str, by: Actor
) -> int:
    """Add the right temperature of a worker in a slot; the first stays. NotFound when nothing was entered.

    ``slot`` is the one the reading was booked to, whatever slots hold since.
    ``reason`` goes to the trail, which outlives the reading: Invalid when it is missing or has a number in it.
    """
    rules.require_keep(by, enterprise)
    words = _checked(reason)
    before = (
        Reading.objects.filter(day=day, slot=slot, employment_id=employment_id, enterprise_id=enterprise.pk)
        .order_by("-pk")
        .first()
    )
    if before is None:
        raise NotFound(_("没有这条体温记录，或您无权查看。"))
    tenths = read_tenths(value)
    moment = clock.now()
    fact = Fact(
        before.day, before.slot, employment_id, enterprise.pk, before.team_id, Result.MEASURED, tenths,
        tenths >= fever_tenths(enterprise), before.late, Source.SINGLE, None, moment, uuids.uuid4(), before.pk,
    )  # fmt: skip
    store([fact])
    if fact.fever:
        open_for_fever(employment_id, enterprise, tenths, by)
    record(
        "health.corrected", by=by, subject=("reading", before.pk), unit_path=enterprise.path,
        body={"reason": words},
    )  # fmt: skip
    return before.pk


def _checked(reason: str) -> str:
    words = " ".join(reason.split())
    if not 2 <= len(words) <= REASON_MOST:
        raise Invalid(_("请写明更正的原因，2 到 %(n)d 个字。") % {"n": REASON_MOST}, place="reason")
    if re.search(r"\d{6,}", words):
        raise Invalid(_("原因会长期留痕，不能写电话或证件号码。"), place="reason", code="reason_personal")
    return words
