"""Choices of the gate module. Keys are stored, so they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VisitorMode(models.TextChoices):
    """How visitors may enter: on the spot, only when invited beforehand, or not at all."""

    REGISTER = "register", _("登记后进入")
    APPOINTMENT = "appointment", _("预约后进入")
    NONE = "none", _("谢绝来访")


class StarRule(models.TextChoices):
    """What becomes of a visitor whose travel code has a star: a city on his way has a region at risk."""

    ASK = "ask", _("写明去处后进入")
    REFUSE = "refuse", _("不能进入")


class VisitReason(models.TextChoices):
    """Why somebody comes; a choice and no free text, so that nothing personal is written here."""

    BUSINESS = "business", _("业务洽谈")
    REPAIR = "repair", _("安装维修")
    DELIVERY = "delivery", _("送货取货")
    INTERVIEW = "interview", _("应聘面试")
    INSPECTION = "inspection", _("公务检查")
    FAMILY = "family", _("探访职工")
    OTHER = "other", pgettext_lazy("visit", "其他")


class CodeState(models.TextChoices):
    """What a health code shows. ``missing`` has not been checked; ``written`` has, by an identity document."""

    GREEN = "green", _("绿码")
    YELLOW = "yellow", _("黄码")
    RED = "red", _("红码")
    MISSING = "missing", _("没有出示")
    WRITTEN = "written", _("无手机，已凭身份证件书面登记")


class TravelState(models.TextChoices):
    """What a travel code shows; ``missing`` and ``written`` as with the health code."""

    CLEAR = "clear", _("正常")
    STAR = "star", _("带星号")
    MISSING = "missing", _("没有出示")
    WRITTEN = "written", _("无手机，已凭身份证件书面登记")


class AppointmentState(models.TextChoices):
    """Where an appointment stands. Only an approved one opens the gate."""

    PENDING = "pending", _("待批准")
    APPROVED = "approved", _("已批准")
    DECLINED = "declined", _("未批准")
    CANCELLED = "cancelled", _("已取消")


class CabReason(models.TextChoices):
    """Why a driver left his cab (annex 2 (6): 司机及押运货人员原则上不下车)."""

    UNLOADING = "unloading", _("必须由司机装卸")
    PAPERS = "papers", _("必须本人办手续")
    TOILET = "toilet", _("如厕")
    ILL = "ill", _("身体不适")
    OTHER = "other", pgettext_lazy("driver", "其他")


class VehiclePurpose(models.TextChoices):
    """What a vehicle comes for."""

    DELIVER = "deliver", _("送货")
    COLLECT = "collect", _("提货")
    SERVICE = "service", _("施工维修")
    OTHER = "other", pgettext_lazy("vehicle", "其他")


class GoodsClass(models.TextChoices):
    """The classes of section 3 (1): 外来冷链物品, 外来非冷链普通物品; and what comes from within the country."""

    COLD_CHAIN = "cold_chain", _("进口冷链")
    IMPORTED = "imported", _("进口非冷链")
    DOMESTIC = "domestic", _("国内货物")


class LotState(models.TextChoices):
    """Where a lot of goods stands. ``released``, ``rejected`` and ``withdrawn`` are final."""

    ARRIVED = "arrived", _("已到厂")
    QUARANTINED = "quarantined", _("静置中")
    DISINFECTED = "disinfected", _("已消毒")
    RELEASED = "released", _("已放行")
    REJECTED = "rejected", _("已拒收")
    WITHDRAWN = "withdrawn", _("登记有误")


#: From which state a lot may go to which; the database holds the same table (models.guards).
LOT_MOVES: dict[LotState, frozenset[LotState]] = {
    LotState.ARRIVED: frozenset(
        {
            LotState.QUARANTINED,
            LotState.DISINFECTED,
            LotState.RELEASED,
            LotState.REJECTED,
            LotState.WITHDRAWN,
        }
    ),
    LotState.QUARANTINED: frozenset(
        {LotState.DISINFECTED, LotState.RELEASED, LotState.REJECTED, LotState.WITHDRAWN}
    ),
    LotState.DISINFECTED: frozenset(
        {LotState.QUARANTINED, LotState.RELEASED, LotState.REJECTED, LotState.WITHDRAWN}
    ),
    LotState.RELEASED: frozenset(),
    LotState.REJECTED: frozenset(),
    LotState.WITHDRAWN: frozenset(),
}
WATCHED = (LotState.ARRIVED, LotState.QUARANTINED, LotState.DISINFECTED)
"""States in which somebody still has to do something."""


class StepKind(models.TextChoices):
    """What was done with a lot."""

    ARRIVED = "arrived", _("到厂登记")
    STORED = "stored", _("存放静置")
    DISINFECTED = "disinfected", _("消毒")
    TEST_NEGATIVE = "test_negative", _("检测合格")
    TEST_POSITIVE = "test_positive", _("检测不合格")
    CERTIFIED = "certified", _("补登证明")
    RULE = "rule", _("改按现行规定")
    VOIDED = "voided", _("作废一项记录")
    RELEASED = "released", _("放行")
    REJECTED = "rejected", _("拒收")
    WITHDRAWN = "withdrawn", _("登记有误")


class PassageKind(models.TextChoices):
    """Who or what passed the gate."""

    WORKER = "worker", _("职工")
    VISITOR = "visitor", _("来访人员")
    VEHICLE = "vehicle", _("车辆")


class Direction(models.TextChoices):
    """Which way."""

    IN = "in", pgettext_lazy("gate", "进")
    OUT = "out", pgettext_lazy("gate", "出")


class PassageOutcome(models.TextChoices):
    """Whether the gate opened."""

    PASSED = "passed", _("放行")
    REFUSED = "refused", _("未放行")


class RefusalReason(models.TextChoices):
    """Why the gate did not open; empty when it did."""

    NOT_PERMITTED = "not_permitted", _("封闭管理，不在准入名单")
    NO_APPOINTMENT = "no_appointment", _("没有批准的预约")
    CLOSED_TO_VISITORS = "closed", _("谢绝来访")
    FEVER = "fever", _("体温超过规定")
    CODE = "code", _("健康码或行程码异常")
    UNKNOWN = "unknown", _("查无此人此车")
    GUARD = "guard", _("门岗未放行")


class MarkKind(models.TextChoices):
    """What an enterprise says of a day in one tap: that there was nothing of a kind, or that something was checked."""

    NO_VISITORS = "no_visitors", _("今日无来访")
    NO_GOODS = "no_goods", _("今日无货物进出")
    NO_MEETINGS = "no_meetings", _("今日无会议")
    CLOSED_CHECK = "closed_check", _("今日已检查封闭管理")
