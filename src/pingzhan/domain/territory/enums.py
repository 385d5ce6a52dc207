"""Choices of the territory module."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    """What a place is; the order of the list is the order of nesting."""

    ZONE = "zone", _("开发区")
    AREA = "area", _("片区")
    ENTERPRISE = "enterprise", _("企业")
    SITE = "site", _("场所")


#: Which kinds may lie directly under which; a zone is always a root.
MAY_CONTAIN: dict[UnitKind, frozenset[UnitKind]] = {
    UnitKind.ZONE: frozenset({UnitKind.AREA, UnitKind.ENTERPRISE, UnitKind.SITE}),
    UnitKind.AREA: frozenset({UnitKind.AREA, UnitKind.ENTERPRISE, UnitKind.SITE}),
    UnitKind.ENTERPRISE: frozenset({UnitKind.SITE}),
    UnitKind.SITE: frozenset(),
}


class EnterpriseStatus(models.TextChoices):
    """Whether an enterprise works. A closed one keeps its file and takes no workers."""

    PRODUCING = "producing", _("在产")
    STOPPED = "stopped", _("停产")
    CLOSED = "closed", _("已注销")


#: From which status an enterprise may go to which.
STATUS_MOVES: dict[EnterpriseStatus, frozenset[EnterpriseStatus]] = {
    EnterpriseStatus.PRODUCING: frozenset({EnterpriseStatus.STOPPED, EnterpriseStatus.CLOSED}),
    EnterpriseStatus.STOPPED: frozenset({EnterpriseStatus.PRODUCING, EnterpriseStatus.CLOSED}),
    EnterpriseStatus.CLOSED: frozenset(),
}


class RiskClass(models.TextChoices):
    """How carefully the zone looks at an enterprise; the zone decides it, with a reason."""

    HIGH = "high", _("高")
    MEDIUM = "medium", _("中")
    LOW = "low", _("低")


class LegalForm(models.TextChoices):
    """What kind of body an enterprise is."""

    LIMITED = "limited", _("有限责任公司")
    JOINT_STOCK = "joint_stock", _("股份有限公司")
    FOREIGN = "foreign", _("外商投资企业")
    PARTNERSHIP = "partnership", _("合伙企业")
    SOLE = "sole", _("个人独资企业")
    BRANCH = "branch", _("分公司")
    INDIVIDUAL = "individual", _("个体工商户")
    OTHER = "other", _("其他组织")


class StepKind(models.TextChoices):
    """What a step of an enterprise's history changed."""

    RISK = "risk", _("风险等级")
    STATUS = "status", _("经营状态")


class SiteKind(models.TextChoices):
    """What a place of an enterprise is for."""

    GATE = "gate", _("门岗")
    WORKSHOP = "workshop", _("车间")
    DORMITORY = "dormitory", _("宿舍楼")
    ROOM = "room", _("宿舍房间")
    CANTEEN = "canteen", _("食堂")
    COLD_STORE = "cold_store", _("冷库")
    ISOLATION = "isolation", _("隔离室")
    WAREHOUSE = "warehouse", _("仓库")


#: Kinds that may lie inside a dormitory; a room must.
NESTED_KINDS: tuple[SiteKind, ...] = (SiteKind.ROOM, SiteKind.ISOLATION)
