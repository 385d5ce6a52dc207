"""Choices of the measures module. The keys are stored in sets, files and obligations, so they never change."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ITEMS: dict[int, Promise] = {
    0: _("区级措施"),
    1: _("健全疫情防控工作体系"),
    2: _("做好外出返岗职工登记"),
    3: _("严格职工日常健康管理"),
    4: _("做好厂区等重点区域清洁消毒"),
    5: _("合理安排职工就餐"),
    6: _("加强车辆和货物管理"),
    7: _("加强防控物资储备"),
    8: _("加强宣传培训"),
    9: _("强化疫情应急值守和应急处置"),
    10: _("全力抓好生产经营"),
}
"""The ten items of annex 2 by number; 0 is what the notice asks of the zone itself."""


class Phase(models.TextChoices):
    """When a variant of a measure holds; in this order each is graver than the one before."""

    ROUTINE = "routine", _("平时")
    IV = "IV", _("战时Ⅳ级")
    III = "III", _("战时Ⅲ级")
    II = "II", _("战时Ⅱ级")
    I = "I", _("战时Ⅰ级")  # noqa: E741 - the name of the level


PHASES: tuple[str, ...] = tuple(Phase.values)
"""All phases from the lightest to the gravest."""


def phase_of(level: int | None) -> str:
    """Return the phase of a response level (1 gravest .. 4), ``routine`` for None."""
    return Phase.ROUTINE if level is None else ("I", "II", "III", "IV")[level - 1]


class Party(models.TextChoices):
    """四方责任: who of the four answers for a measure (三（二）; IDL 6, PHERL 12)."""

    ZONE = "zone", _("属地")
    DEPARTMENT = "department", _("部门")
    EMPLOYER = "employer", _("单位")
    INDIVIDUAL = "individual", _("个人")


class Subject(models.TextChoices):
    """What a measure is about: for each such thing it makes an obligation."""

    ZONE = "zone", _("开发区")
    ENTERPRISE = "enterprise", _("企业")
    SITE = "site", _("场所")
    PERSON_GROUP = "person_group", _("人群")
    GOODS_LOT = "goods_lot", _("货物批次")
    VEHICLE = "vehicle", _("车辆")
    POST = "post", _("岗位")


class Evidence(models.TextChoices):
    """By which daily work an obligation is closed."""

    PLAN_REVIEW = "plan_review", _("防控方案审核")
    EMERGENCY_PLAN = "emergency_plan", _("应急预案")
    RETURNEES = "returnees", _("返岗登记")
    TEMPERATURE = "temperature", _("体温登记")
    SYMPTOMS = "symptoms", _("症状处置")
    VISITORS = "visitors", _("来访登记")
    CLOSED_MANAGEMENT = "closed_management", _("封闭管理检查")
    MEETINGS = "meetings", _("会议登记")
    DISINFECTION = "disinfection", _("消杀记录")
    VENTILATION = "ventilation", _("通风记录")
    CANTEEN_PLAN = "canteen_plan", _("就餐安排")
    CANTEEN_HYGIENE = "canteen_hygiene", _("食堂卫生检查")
    GATE_CHECK = "gate_check", _("车辆进出登记")
    GOODS = "goods", _("货物处置")
    SUPPLIES_CHECK = "supplies_check", _("物资盘点")
    TRAINING = "training", _("宣传培训")
    DUTY_ROSTER = "duty_roster", _("值班安排")
    EMERGENCY_TEAM = "emergency_team", _("应急队伍")
    DRILL = "drill", _("应急演练")
    INCIDENT = "incident", _("事件报告")
    PRODUCTION = "production", _("生产经营情况")
    TEST_ROUND = "test_round", _("核酸检测轮次")
    NOTICE_CONFIRM = "notice_confirm", _("通知签收")
    ZERO_REPORT = "zero_report", _("零报告")
    INSPECTION = "inspection", _("现场检查")


class Mark(models.TextChoices):
    """What an enterprise must have for a measure to concern it; a measure without marks concerns all."""

    CANTEEN = "canteen", _("有食堂")
    DORMITORY = "dormitory", _("有宿舍")
    IMPORTED_GOODS = "imported_goods", _("有进口货物")
    COLD_CHAIN = "cold_chain", _("有进口冷链")


class Severity(models.TextChoices):
    """How grave it is when a measure is not carried out."""

    CRITICAL = "critical", _("严重")
    MAJOR = "major", _("一般")
    INFO = "info", _("提示")


class Decider(models.TextChoices):
    """Who may decide a measure (domain table of powers; a zone acts only within what is its own)."""

    EMPLOYER = "employer", _("用人单位")
    ZONE = "zone", _("开发区管委会")
    HOSPITAL_CDC = "hospital_cdc", _("医疗机构或疾控机构")
    COUNTY = "county", _("县级以上人民政府")
    PROVINCE = "province", _("省级人民政府")
    STATE = "state", _("国务院或国务院卫生健康主管部门")


OWN_DECIDERS: frozenset[str] = frozenset({Decider.EMPLOYER, Decider.ZONE})
"""What these decide may enter force without anybody above; everything else is proposed."""


class VersionState(models.TextChoices):
    """Life of a version of a set."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    DISCARDED = "discarded", _("已作废")


class EndKind(models.TextChoices):
    """Why something is no longer in force."""

    OPEN = "", _("执行中")
    WITHDRAWN = "withdrawn", _("撤回")
    EXPIRED = "expired", _("期满")
    REPLACED = "replaced", _("由新版代替")


class RestrictionState(models.TextChoices):
    """Life of a measure that restricts people: proposed to whoever may decide, in force, ended."""

    HELD = "held", _("待决定")
    IN_FORCE = "in_force", _("执行中")
    REFUSED = "refused", _("未批准")
    ENDED = "ended", _("已结束")
