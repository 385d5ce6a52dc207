"""Preparing a drill and its script. Nothing of it reaches anybody else before it starts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.drills import rules
from pingzhan.domain.drills.actions.common import locked, name_of, write_event
from pingzhan.domain.drills.enums import DrillState, DrillVerb, InjectTarget
from pingzhan.domain.drills.models import Drill, Inject
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.organisation.models import Group, Person, Post
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.levels import Level

MAX_TEXT = 2000
MAX_INJECTS = 100


@dataclass(frozen=True)
class DrillData:
    """What is told of a drill; people are ids of persons of the zone."""

    title: str
    level: int
    scenario: str
    blind: bool = False
    planned_at: datetime | None = None
    leader: int | None = None
    evaluator: int | None = None
    controllers: Sequence[int] = ()


@dataclass(frozen=True)
class InjectData:
    """One situation of the script; ``target`` is post or group, ``code`` which one."""

    offset_min: int
    target: str
    code: str
    text: str
    expected: str
    points: int = 10
    within_min: int = 30


@transaction.atomic
def prepare_drill(*, unit: Unit, data: DrillData, by: Actor) -> Drill:
    """Write down a drill and return it; nobody is told, no open page is woken.

    Refused without MANAGE_DRILLS for the unit; Invalid for missing words, an unknown level or somebody who does
    not belong to the zone. Of a blind drill the trail holds a sealed line: its hash and nothing else.
    """
    rules.require_prepare(by, unit)
    zone = zone_of(unit)
    values = _values(data, zone)
    drill = Drill.objects.create(
        zone=zone, unit=unit, made_by_id=by.user_id, made_by_name=name_of(by), **values
    )
    drill.controllers.set(_persons(zone, data.controllers))
    write_event(drill, DrillVerb.PREPARE, by)
    _record("drills.prepare", drill, by)
    return drill


@transaction.atomic
def change_drill(*, drill_id: int, data: DrillData, by: Actor) -> Drill:
    """Change a drill that has not begun. Refused to whoever does not direct it; Conflict once it has begun."""
    drill = _open(drill_id, by)
    for name, value in _values(data, drill.zone).items():
        setattr(drill, name, value)
    drill.save()
    drill.controllers.set(_persons(drill.zone, data.controllers))
    write_event(drill, DrillVerb.CHANGE, by)
    _record("drills.change", drill, by)
    return drill


@transaction.atomic
def add_inject(*, drill_id: int, data: InjectData, by: Actor) -> Inject:
    """Add a situation to the script, also while the drill is under way (临机导调). Returns it.

    Refused to whoever does not direct the drill; Conflict once it is over; Invalid for missing words or a post
    or group the zone does not have.
    """
    drill = locked(drill_id)
    _known(drill, by)
    if drill.state not in (DrillState.PREPARED, DrillState.RUNNING):
        raise Conflict(_("演练已结束，不能再修改脚本。"), code="drill_over")
    if drill.injects.count() >= MAX_INJECTS:
        raise Invalid(_("一次演练最多 %(n)d 条注入情况。") % {"n": MAX_INJECTS}, code="inject_many")
    if not data.text.strip() or not data.expected.strip():
        raise Invalid(_("请写明情况和预期行动。"), code="inject_empty")
    if len(data.text) > MAX_TEXT or len(data.expected) > MAX_TEXT:
        raise Invalid(_("内容最多 %(n)d 字。") % {"n": MAX_TEXT}, code="inject_long")
    if not (0 <= data.offset_min <= 10080 and 1 <= data.points <= 100 and 1 <= data.within_min <= 1440):
        raise Invalid(_("时间、分值或限时不在允许范围内。"), code="inject_numbers")
    inject = Inject.objects.create(
        drill=drill,
        offset_min=data.offset_min,
        target=data.target,
        code=data.code,
        name=_target_name(drill, data),
        text=data.text.strip(),
        expected=data.expected.strip(),
        points=data.points,
        within_min=data.within_min,
    )
    write_event(drill, DrillVerb.CHANGE, by, inject=inject)
    _record("drills.script", drill, by)
    return inject


@transaction.atomic
def remove_inject(*, inject_id: int, by: Actor) -> None:
    """Take a situation that was not handed out yet from the script. Refused, Conflict as for adding."""
    inject = Inject.objects.select_related("drill").filter(pk=inject_id).first()
    if inject is None:
        raise NotFound(_("没有这条注入情况。"))
    drill = locked(inject.drill_id)
    _known(drill, by)
    done = Inject.objects.filter(pk=inject_id, fired_at__isnull=True).delete()[0]
    if not done:
        raise Conflict(_("这条情况已经注入，不能删除。"), code="inject_fired")
    write_event(drill, DrillVerb.CHANGE, by)
    _record("drills.script", drill, by)


@transaction.atomic
def cancel_drill(*, drill_id: int, by: Actor) -> Drill:
    """Give up a drill that has not begun."""
    drill = _open(drill_id, by)
    drill.state = DrillState.CANCELLED
    drill.save(update_fields=["state"])
    write_event(drill, DrillVerb.CANCEL, by)
    _record("drills.cancel", drill, by)
    return drill


def _open(drill_id: int, by: Actor) -> Drill:
    drill = locked(drill_id)
    _known(drill, by)
    if drill.state != DrillState.PREPARED:
        raise Conflict(_("演练已经启动或取消，不能再修改。"), code="drill_begun")
    return drill


def _known(drill: Drill, by: Actor) -> None:
    """Raise NotFound for a drill the actor may not know of, Refused for one he does not direct."""
    rules.find(by, drill.pk)
    rules.require_direct(by, drill)


def _values(data: DrillData, zone: Unit) -> dict[str, object]:
    title, scenario = " ".join(data.title.split()), data.scenario.strip()
    if not title or not scenario:
        raise Invalid(_("请填写演练名称和背景情况。"), code="drill_empty")
    if len(title) > 120 or len(scenario) > MAX_TEXT:
        raise Invalid(_("名称最多 120 字，背景情况最多 %(n)d 字。") % {"n": MAX_TEXT}, code="drill_long")
    if data.level not in [level.value for level in Level]:
        raise Invalid(_("等级只能是Ⅰ级至Ⅳ级。"), place=str(data.level))
    named = {
        one.pk: one for one in _persons(zone, [x for x in (data.leader, data.evaluator) if x is not None])
    }
    return {
        "title": title,
        "level": data.level,
        "scenario": scenario,
        "blind": data.blind,
        "planned_at": data.planned_at,
        "leader": named.get(data.leader or 0),
        "evaluator": named.get(data.evaluator or 0),
    }


def _persons(zone: Unit, ids: Sequence[int]) -> list[Person]:
    wanted = set(ids)
    found = list(Person.objects.filter(pk__in=wanted, active=True, home_unit__path__startswith=zone.path))
    if len(found) != len(wanted):
        raise Invalid(_("所选人员中有人不属于这个开发区。"), code="drill_person")
    return found


def _target_name(drill: Drill, data: InjectData) -> str:
    version = published_version(drill.zone_id)
    name = None
    if version is not None and data.target == InjectTarget.POST:
        name = Post.objects.filter(version=version, code=data.code).values_list("name", flat=True).first()
    elif version is not None and data.target == InjectTarget.GROUP:
        name = Group.objects.filter(version=version, code=data.code).values_list("name", flat=True).first()
    if name is None:
        raise Invalid(_("没有这个岗位或工作组。"), place=data.code, code="inject_target")
    return str(name)


def sealed_sha(drill: Drill) -> str:
    """Return the hash of a drill and its script, by which the trail can prove later what was planned."""
    script = list(
        drill.injects.order_by("pk").values_list("offset_min", "target", "code", "text", "expected", "points")
    )
    parts = [drill.pk, drill.title, drill.level, drill.scenario, drill.blind, drill.unit_id, script]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()


def _record(verb: str, drill: Drill, by: Actor) -> None:
    """Write to the trail; of a drill that nobody may know of only its hash, and no word of what it is."""
    if drill.hidden:
        record("sealed.keep", by=by, body={"sha": sealed_sha(drill)})
        return
    record(
        verb,
        by=by,
        subject=("drill", drill.pk),
        unit_path=drill.unit.path,
        body={"injects": drill.injects.count(), "level": drill.level},
    )
