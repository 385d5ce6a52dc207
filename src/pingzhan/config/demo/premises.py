"""Plans of the demo enterprises in each state, and two incidents: one closed, one being handled."""

from __future__ import annotations

from datetime import timedelta

from pingzhan.config.demo.names import phone_of
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import IncidentKind, PlanKind, PostDuty
from pingzhan.domain.premises.models import Incident, Plan
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor

DAY = timedelta(days=1)
SALT = 9_000_011
POSTS = {
    PostDuty.IN_CHARGE: "总经理",
    PostDuty.CONTACT: "安全环保科科长",
    PostDuty.TEAM: "生产副总经理",
}
PREVENTION = {
    "organisation": "总经理负总责，设防控专班。\n各车间主任管本车间职工和场所，班组长每班点名测温。",
    "daily": "每天早晚两次测温，有症状的立即停工就诊。\n外出返岗先申报，判定可以上岗后再排班。",
    "places": "车间、更衣室、食堂每班消毒一次。\n就餐按班组错时，每桌隔位。",
    "goods": "车辆走专用通道，司机不下车。\n进口货物静置期满、消毒后入库。",
    "training": "每季度全员培训一次，新职工上岗前培训。",
}
EMERGENCY = {
    "trigger": "发现疑似病例、无症状感染者或同班组三人以上发热，立即启动。\n一小时内报告开发区指挥部。",
    "isolation": "本人到隔离室，同班组就地停工不离厂，等专业人员处置。",
    "places": "封控所在车间和宿舍楼层，终末消毒后检测合格再启用。",
    "supply": "隔离室 2 间，防护服 20 套，应急队 12 人。",
    "resume": "按指挥部书面通知解除，逐车间恢复。",
}


def demo_premises(zone: Unit, by: Actor) -> None:
    """Fill the first enterprises; decisions and dates lie in the last weeks."""
    firms = list(
        Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code")[:5]
    )
    first = _plan(firms[0], PlanKind.PREVENTION, {**PREVENTION, "training": "每半年全员培训一次。"}, by)
    _decided(first, by, ago=200)
    _decided(_plan(firms[0], PlanKind.PREVENTION, PREVENTION, by), by, ago=20)
    _sent(_plan(firms[0], PlanKind.EMERGENCY, EMERGENCY, by), by, ago=1)
    for unit in firms[1:3]:
        _decided(_plan(unit, PlanKind.PREVENTION, PREVENTION, by), by, ago=40)
    _decided(_plan(firms[1], PlanKind.EMERGENCY, EMERGENCY, by), by, ago=40)
    back = _plan(firms[2], PlanKind.EMERGENCY, {**EMERGENCY, "supply": "隔离室 1 间。"}, by)
    _sent(back, by, ago=2)
    premises.decide_plan(plan_id=back.pk, approve=False, remarks="隔离室不少于 2 间，写明应急队人数。", by=by)
    _sent(_plan(firms[3], PlanKind.PREVENTION, PREVENTION, by), by, ago=5)
    _sent(_plan(firms[4], PlanKind.PREVENTION, PREVENTION, by), by, ago=1)
    _plan(firms[4], PlanKind.EMERGENCY, {"trigger": EMERGENCY["trigger"]}, by)
    _closed(firms[1], by)
    _handling(firms[2], by)


def _plan(unit: Unit, kind: PlanKind, sections: dict[str, str], by: Actor) -> Plan:
    data = premises.PlanData(
        valid_until=clock.today() + 300 * DAY,
        sections=sections,
        posts={duty.value: title for duty, title in POSTS.items()},
    )
    return premises.save_plan(enterprise=unit, kind=kind, data=data, by=by)


def _sent(plan: Plan, by: Actor, *, ago: int) -> None:
    premises.submit_plan(plan_id=plan.pk, by=by)
    Plan.objects.filter(pk=plan.pk).update(submitted_at=clock.now() - ago * DAY)


def _decided(plan: Plan, by: Actor, *, ago: int) -> None:
    _sent(plan, by, ago=ago + 2)
    premises.decide_plan(plan_id=plan.pk, approve=True, by=by)
    Plan.objects.filter(pk=plan.pk).update(decided_at=clock.now() - ago * DAY)


def _report(unit: Unit, kind: IncidentKind, n: int, by: Actor, **facts: object) -> Incident:
    data = premises.IncidentData(
        kind=kind,
        found_at=clock.now(),
        phone=phone_of(n, salt=SALT),
        **facts,  # type: ignore[arg-type]
    )
    return premises.report_incident(enterprise=unit, data=data, by=by)


def _closed(unit: Unit, by: Actor) -> None:
    row = _report(
        unit, IncidentKind.CONTACT, 1, by, place="二车间", persons=1, done="本人已隔离，同班组 6 人停工。"
    )
    premises.receive_incident(incident_id=row.pk, by=by)
    premises.handle_incident(incident_id=row.pk, note="请疾控机构核实密接关系。", by=by)
    premises.follow_up(incident_id=row.pk, note="本人已转运到集中隔离点。", isolated=True, by=by)
    premises.close_incident(incident_id=row.pk, note="核酸三次阴性，解除隔离。", by=by)


def _handling(unit: Unit, by: Actor) -> None:
    row = _report(
        unit,
        IncidentKind.CLUSTER,
        2,
        by,
        place="职工宿舍 3 号楼",
        persons=4,
        symptoms="发热、咽痛，最高 38.4 摄氏度。",
        done="四人单独安置，已联系发热门诊。",
    )
    premises.receive_incident(incident_id=row.pk, by=by)
    premises.handle_incident(incident_id=row.pk, note="专班 30 分钟内到场，楼层只进不出。", by=by)
    premises.follow_up(incident_id=row.pk, note="请报同寝室和同班组名单。", by=by)
