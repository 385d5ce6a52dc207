"""Words of the canteen: meals, states of a plan of sittings, steps of the day's kitchen check."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MealKind(models.TextChoices):
    """A meal of the day."""

    BREAKFAST = "breakfast", _("早餐")
    LUNCH = "lunch", _("午餐")
    DINNER = "dinner", _("晚餐")
    NIGHT = "night", _("夜餐")


class PlanState(models.TextChoices):
    """Where a plan of sittings stands.

    One draft and one published plan at most of each meal; an outdated one was made under a rule that holds no more.
    """

    DRAFT = "draft", _("草案")
    PUBLISHED = "published", _("已发布")
    OUTDATED = "outdated", _("已过时")
    REPLACED = "replaced", _("已被替代")
    DISCARDED = "discarded", _("未采用")


PLAN_MOVES = {
    PlanState.DRAFT: (PlanState.PUBLISHED, PlanState.DISCARDED),
    PlanState.PUBLISHED: (PlanState.OUTDATED, PlanState.REPLACED),
    PlanState.OUTDATED: (PlanState.REPLACED,),
    PlanState.REPLACED: (),
    PlanState.DISCARDED: (),
}
"""What may become of a plan. A published one is never changed, another one takes its place."""


class MealMode(models.TextChoices):
    """How meals are taken, as the parameter canteen_mode says."""

    STAGGERED = "staggered", _("错时就餐")
    TAKEAWAY = "takeaway", _("只打包，不堂食")
    CLOSED = "closed", _("暂停供餐")


class KitchenTask(models.TextChoices):
    """A step of the day's check of a canteen."""

    STAFF = "staff", _("从业人员晨检")
    CLEANING = "cleaning", _("环境清洁消毒")
    PURCHASE = "purchase", _("原料采购查验")
    TABLEWARE = "tableware", _("餐具消毒保管")
    SAMPLES = "samples", _("食品留样")
    HANDWASH = "handwash", _("洗手设施")
    PARTITIONS = "partitions", _("隔位或隔板")
    SUSPENDED = "suspended", _("暂停供餐并封存")


class KitchenResult(models.TextChoices):
    """What was found at a step."""

    OK = "ok", _("合格")
    PROBLEM = "problem", _("有问题")
    ABSENT = "absent", _("不适用")


OFTEN = (
    KitchenTask.STAFF,
    KitchenTask.CLEANING,
    KitchenTask.PURCHASE,
    KitchenTask.TABLEWARE,
    KitchenTask.SAMPLES,
    KitchenTask.HANDWASH,
    KitchenTask.PARTITIONS,
)
"""Steps of every day; the suspension of meals is asked for only where a measure in force orders it."""

MEASURE_TASKS: dict[str, tuple[KitchenTask, ...]] = {
    "canteen.hygiene": (KitchenTask.STAFF, KitchenTask.CLEANING, KitchenTask.PARTITIONS),
    "canteen.purchase": (KitchenTask.PURCHASE,),
    "canteen.tableware": (KitchenTask.TABLEWARE,),
    "canteen.samples": (KitchenTask.SAMPLES,),
    "canteen.handwash": (KitchenTask.HANDWASH,),
    "canteen.close": (KitchenTask.SUSPENDED,),
}
"""Keys of the measures that share the evidence, and the steps that meet each; the shipped sets share them."""
