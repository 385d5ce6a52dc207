"""Orders of the demo zone in every state, one meeting with its decisions, one text to several enterprises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import OrderSource
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of, link_actor
from pingzhan.foundation.accounts.models import User

To = orders.To
HOUR = timedelta(hours=1)


class _Desk:
    """Who gives orders at the demo desk, and a short way to give one; hours count from now."""

    def __init__(self, zone: Unit) -> None:
        self.zone = zone
        self.now: datetime = clock.now()
        self.duty = actor_of(User.objects.get(username="duty"))
        self.leader = actor_of(User.objects.get(username="leader"))

    def give(self, to: orders.To, title: str, *, due: float, given: float = 0, **more: Any) -> Order:
        """Give an order; ``given`` hours ago, due in ``due`` hours."""
        return orders.issue_order(
            zone=self.zone,
            to=to,
            title=title,
            due_at=self.now + due * HOUR,
            given_at=self.now - given * HOUR if given else None,
            by=more.pop("by", self.duty),
            **more,
        )

    def lead(self, order: Order) -> Actor:
        """Return who leads an order now, acting by a signed link."""
        owner = next(one for one in orders.owners_of([order]) if one.role == "lead")
        return link_actor(owner.person_id, owner.name)

    def feed(self, order: Order, text: str, **more: Any) -> None:
        """Have an order fed back by its lead."""
        orders.feed_back(order_id=order.pk, text=text, by=self.lead(order), **more)

    def check(self, order: Order, *, ok: bool = True, note: str = "") -> None:
        """Have the feedback checked."""
        orders.check_feedback(order_id=order.pk, ok=ok, note=note, by=self.leader)

    def close(self, order: Order) -> None:
        """Have a checked order closed."""
        orders.close_order(order_id=order.pk, by=self.leader, note="情况属实，同意销号")


def demo_orders(zone: Unit) -> None:
    """Give the demo zone its orders; its seats must be open."""
    desk = _Desk(zone)
    firms = {unit.code: unit.pk for unit in Unit.objects.filter(path__startswith=zone.path)}
    _meeting(desk)
    _finished(desk)
    _running(desk, firms)
    orders.issue_bulk(
        zone=zone,
        to=[To.enterprise(firms[code]) for code in ("E03", "E13", "E16", "E17", "E18")],
        title="冬季食堂和冷库安全自查",
        text="自查食堂留样、冷库温度记录和外来车辆登记，填报发现问题的数量，没有问题填 0。",
        evidence="count",
        due_at=desk.now + 60 * HOUR,
        filter_words="食品、粮油和物流企业",
        by=desk.duty,
    )
    batch = Order.objects.filter(batch__isnull=False).order_by("number")
    desk.feed(batch[0], "留样冰箱门封条老化，已更换", count=1)
    orders.receive_order(order_id=batch[1].pk, by=desk.lead(batch[1]))
    orders.remind_due()


def _meeting(desk: _Desk) -> None:
    names = ("申屠远", "柏崇文", "闻人静", "厍心怡", "司徒岩", "麻思齐")
    people = list(Person.objects.filter(name__in=names, home_unit=desk.zone))
    chair = next((one.pk for one in people if one.name == "申屠远"), None)
    meeting = orders.record_meeting(
        zone=desk.zone,
        data=orders.MeetingData(
            title="冬春季传染病形势研判会",
            held_at=desk.now - 50 * HOUR,
            place="管委会三楼会议室",
            chair=chair,
            people=[one.pk for one in people],
            guests="县卫生健康局疾控科负责人",
            points="听取近两周流感样病例和诺如病毒聚集情况汇报。\n"
            "研究食堂、宿舍等重点场所管控和应急物资储备。\n"
            "讨论春节前返岗人员健康提示的发布时间。",
            material="两周监测情况简报；应急物资台账",
        ),
        by=desk.duty,
    )
    decisions = [
        orders.record_decision(
            zone=desk.zone,
            meeting=meeting,
            text=text,
            options=options,
            basis=basis,
            decided_by="申屠远",
            by=desk.duty,
        )
        for text, options, basis in (
            (
                "本周内对全部企业食堂开展一次联合检查。",
                "一、全部检查；二、只查人数前十的企业。考虑到诺如病毒多发于中小食堂，选第一方案。",
                "两周监测情况简报",
            ),
            ("应急物资按 15 天用量补足，防护口罩和消毒剂优先。", "", "应急物资台账"),
            ("返岗健康提示提前到节前十天发布。", "节前七天或十天发布。", ""),
        )
    ]
    check = desk.give(
        To.group("inspection"),
        "联合检查全部企业食堂",
        text="会同包企责任人逐家检查留样、消毒和从业人员健康证，形成问题清单。",
        due=40,
        given=48,
        co=[To.group("verification"), To.group("medical")],
        source=OrderSource.DECISION,
        decision=decisions[0],
        critical=True,
    )
    orders.start_order(order_id=check.pk, by=desk.lead(check))
    orders.add_note(order_id=check.pk, text="已查 11 家，2 家留样不足", by=desk.lead(check))
    stock = desk.give(
        To.group("coordination"),
        "应急物资按 15 天用量补足",
        due=20,
        given=47,
        source=OrderSource.DECISION,
        decision=decisions[1],
    )
    orders.ask_extension(
        order_id=stock.pk,
        until=desk.now + 68 * HOUR,
        reason="消毒剂供货商周五才能到货",
        by=desk.lead(stock),
    )


def _finished(desk: _Desk) -> None:
    done = desk.give(To.group("medical"), "与定点医院对接隔离床位", due=-30, given=100)
    desk.feed(done, "已落实床位 20 张，联系人和转运路线已确认")
    desk.check(done)
    desk.close(done)
    again = desk.give(To.group("testing"), "核对采样人员和采样点名单", due=-20, given=90, evidence="count")
    desk.feed(again, "采样人员名单已核对", count=46)
    desk.check(again, ok=False, note="南片区采样点地址有误，请更正")
    desk.feed(again, "已更正南片区两个采样点地址", count=46)
    desk.check(again)
    desk.close(again)
    gone = desk.give(To.group("response"), "组织年度应急疏散演练", due=100, given=60)
    orders.cancel_order(order_id=gone.pk, reason="与全区综合演练合并，不再单独组织", by=desk.leader)


def _running(desk: _Desk, firms: dict[str, int]) -> None:
    late = desk.give(
        To.group("verification"), "复查上月通报的三家企业整改情况", due=-52, given=150, by=desk.leader
    )
    orders.start_order(order_id=late.pk, by=desk.lead(late))
    orders.add_note(order_id=late.pk, text="已复查两家，第三家负责人出差", by=desk.lead(late))
    desk.give(To.group("testing"), "更新全员检测集合顺序表", due=-5, given=30)
    soon = desk.give(To.group("response"), "排查园区在建工地食堂", due=9, given=50)
    orders.receive_order(order_id=soon.pk, by=desk.lead(soon))
    fed = desk.give(To.group("medical"), "汇总本周发热门诊就诊人数", due=6, given=20, evidence="count")
    desk.feed(fed, "较上周减少 12 人", count=37)
    checked = desk.give(
        To.group("inspection"), "督导包企责任人到企走访", due=4, given=70, source=OrderSource.INSPECTION
    )
    desk.feed(checked, "本周应走访 18 家，已走访 18 家，问题清单已发各责任人")
    desk.check(checked)
    back = desk.give(To.enterprise(firms["E01"]), "整改熔炼车间更衣室通风", due=30, given=72)
    desk.feed(back, "已整改")
    desk.check(back, ok=False, note="请说明新增排风机的数量和位置")
    desk.give(To.enterprise(firms["E16"]), "补齐进口冷链货物外包装消毒记录", due=26, critical=True)
    extended = desk.give(To.enterprise(firms["E07"]), "提交元旦值班表和应急联系人", due=3, given=40)
    orders.ask_extension(
        order_id=extended.pk,
        until=desk.now + 90 * HOUR,
        reason="值班领导调整，名单待定",
        by=desk.lead(extended),
    )
    orders.decide_extension(order_id=extended.pk, grant=True, note="请先报应急联系人", by=desk.leader)
    official = Person.objects.filter(name="苌志远", home_unit=desk.zone).first()
    if official is not None:
        desk.give(To.person(official.pk), "整理包保企业诉求台账", due=120)
