"""Measure sets of the demo zone: the notice's own and norovirus in force, the others at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures import api as measures
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

IN_FORCE = ("covid19-2022-05", "norovirus")
REASON = "贯彻统筹疫情防控和经济运行工作平战结合指挥体系的意见"
DOCUMENT = "云开管发〔2026〕6号"
BASIS = "传染病防治法第六条，突发公共卫生事件应对法第十二条"
#: What the county has decided for the demo zone; the other restrictions wait for it.
DECIDED = {
    ("covid19-2022-05", Posture.ROUTINE): ("test.everyone", "test.key-groups"),
    ("covid19-2022-05", Posture.EMERGENCY): (
        "test.everyone",
        "test.key-groups",
        "gatherings.stop",
        "production.closed-loop",
    ),
}


def demo_measures(zone: Unit, by: Actor) -> None:
    """Publish the shipped sets, put two of them in force, decide what the invented county has decided."""
    county = measures.Decision(
        body="云岭县人民政府",
        document="云政字〔2026〕12号",
        explanation="已比较抽检和全员检测，抽检不能及早发现；检测不影响生产。",
        public_notice="云岭县人民政府公告 2026 年第 3 号",
        complaint="云岭县信访局",
        ends_at=timezone.now() + timedelta(days=80),
    )
    for key in measures.shipped_keys():
        version = measures.load_shipped(zone=zone, key=key, by=by)
        if key not in IN_FORCE:
            continue
        for posture in Posture:
            decided = DECIDED.get((key, posture), ())
            order = measures.ForceOrder(
                version=version,
                posture=posture,
                basis=BASIS,
                document=DOCUMENT,
                reason=REASON,
                decisions=dict.fromkeys(decided, county),
            )
            measures.put_in_force(order=order, by=by)
    _draft(zone, by)


def _draft(zone: Unit, by: Actor) -> None:
    """Begin the next version of the notice's set, so that there is something to compare and to publish."""
    version = measures.load_shipped(zone=zone, key=IN_FORCE[0], by=by)
    draft = measures.start_draft(version=version, by=by, note="拟自Ⅲ级起每日测温三次，核实重点人群检测间隔")
    rows = zip(draft.parameters.order_by("sort", "id"), measures.content_of(draft).parameters, strict=True)
    for row, spec in rows:
        if spec.key == "temperature_slots":
            slots = {"III": ["07:30", "13:30", "19:30"]}
            measures.save_parameter(version=draft, spec=replace(spec, at=slots), row_id=row.pk, by=by)
        if spec.key == "key_group_test_days":
            measures.save_parameter(version=draft, spec=replace(spec, verified=True), row_id=row.pk, by=by)
