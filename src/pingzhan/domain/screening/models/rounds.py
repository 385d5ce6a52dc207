"""A round, who is due in it, the versions of its plan, what of them the enterprises see, and the counts of the day."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.screening.enums import PlanState, PoolMode, RoundKind, RoundState
from pingzhan.domain.screening.models.guards import plan_moves, round_moves
from pingzhan.domain.screening.models.staff import Laboratory, SamplingTeam
from pingzhan.domain.territory.models import Shift, Site, Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Round(models.Model):
    """A testing round of a zone on one business day.

    What the measures in force asked when it was made is kept with it: ``set_version_id`` (None where no set was in
    force), rounds a week, and the shortest interval between two rounds in hours.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="testing_rounds"
    )
    number = models.PositiveIntegerField(_("轮次"))
    kind = models.TextField(_("类别"), choices=RoundKind.choices, default=RoundKind.REGULAR)
    day = models.DateField(_("日期"))
    enterprise_ids = ArrayField(models.BigIntegerField(), verbose_name=_("企业"), default=list, blank=True)
    pool_size = models.PositiveSmallIntegerField(_("每管人数"), default=10)
    mode = models.TextField(_("混采方式"), choices=PoolMode.choices, default=PoolMode.SWAB)
    state = models.TextField(_("状态"), choices=RoundState.choices, default=RoundState.DRAFT)
    set_version_id = models.BigIntegerField(_("措施集版本"), null=True, blank=True)
    rounds_per_week = models.PositiveSmallIntegerField(_("每周轮次"), default=0)
    interval_hours = models.PositiveSmallIntegerField(_("最短间隔（小时）"), default=0)
    basis = models.TextField(_("依据"), blank=True, default="")
    laboratory = models.ForeignKey(
        Laboratory,
        verbose_name=_("实验室"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rounds",
    )
    created_at = models.DateTimeField(_("建立时间"), db_default=Now())
    counted_at = models.DateTimeField(_("核定人数时间"), null=True, blank=True)
    adopted_at = models.DateTimeField(_("采用时间"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    cancel_reason = models.TextField(_("取消原因"), blank=True, default="")

    class Meta:
        verbose_name = _("检测轮次")
        verbose_name_plural = _("检测轮次")
        ordering = ["-day", "-number"]
        triggers = [round_moves()]
        indexes = [models.Index(fields=["zone", "-day", "-number"], name="testing_round_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "number"],
                name="testing_round_number_once",
                violation_error_message=_("这一轮次已经建立。"),
            ),
            models.UniqueConstraint(
                fields=["zone", "day"],
                condition=Q(kind=RoundKind.PROBE),
                name="testing_round_probes_once",
                violation_error_message=_("这一天的愿检和抽检已经有一轮。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=RoundKind.values)
                & Q(mode__in=PoolMode.values)
                & Q(state__in=RoundState.values),
                name="testing_round_known",
                violation_error_message=_("类别、混采方式或状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(pool_size__range=(1, 20)) & (~Q(mode=PoolMode.SINGLE) | Q(pool_size=1)),
                name="testing_round_pool",
                violation_error_message=_("每管 1 到 20 人；单人单管时为 1 人。"),
            ),
            models.CheckConstraint(
                condition=(~Q(state=RoundState.CANCELLED))
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="testing_round_cancelled",
                violation_error_message=_("取消轮次要写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} #{self.number}"


class Demand(models.Model):
    """Those of one enterprise who come together: a shift, or a key group. Replaced as a whole when counted anew.

    ``heads`` are all of them; ``exempt`` and ``recent`` (tested within the interval) are not ``due``.
    """

    round = models.ForeignKey(Round, verbose_name=_("轮次"), on_delete=models.CASCADE, related_name="demands")
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="test_demands"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("场所"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shift = models.ForeignKey(
        Shift, verbose_name=_("班次"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    key_group = models.TextField(_("重点人群"), blank=True, default="")
    cohort = models.TextField(_("批次"))
    team_ids = ArrayField(models.BigIntegerField(), verbose_name=_("班组"), default=list, blank=True)
    heads = models.PositiveIntegerField(_("人数"))
    exempt = models.PositiveIntegerField(_("暂不采样"), default=0)
    recent = models.PositiveIntegerField(_("间隔内已采"), default=0)
    due = models.PositiveIntegerField(_("应采"))
    opens = models.DateTimeField(_("最早开始"))
    closes = models.DateTimeField(_("最晚开始"))

    class Meta:
        verbose_name = _("应采人数")
        verbose_name_plural = _("应采人数")
        ordering = ["round_id", "enterprise_id", "opens", "cohort"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "enterprise", "cohort"],
                name="testing_demand_once",
                violation_error_message=_("这一批次已经列入。"),
            ),
            models.CheckConstraint(
                condition=Q(heads=F("exempt") + F("recent") + F("due")) & Q(closes__gte=F("opens")),
                name="testing_demand_adds_up",
                violation_error_message=_("人数对不上，或最晚开始早于最早开始。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.cohort}"


class PlanVersion(models.Model):
    """One version of a round's plan: the question, the answer and what the independent check says of it.

    The question (``instance``, seed, iterations) never changes, the answer not once it is there: the database
    sees to it. ``greedy`` is the score of the plan made without a search, for comparison. ``what_if`` says what
    was assumed otherwise; a version with it is only looked at and never adopted, and couriers are only ever assumed.
    ``base`` is the version in force
    that is planned again after something has happened, and ``happened`` what and how (queries/happened.py).
    """

    round = models.ForeignKey(
        Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("版本"))
    state = models.TextField(_("状态"), choices=PlanState.choices, default=PlanState.QUEUED)
    instance = models.JSONField(_("实例"))
    plan = models.JSONField(_("计划"), null=True, blank=True)
    score = models.JSONField(_("评分"), null=True, blank=True)
    greedy = models.JSONField(_("对照"), null=True, blank=True)
    seed = models.PositiveIntegerField(_("随机种子"), default=1)
    iterations = models.PositiveIntegerField(_("搜索次数"))
    progress = models.PositiveSmallIntegerField(_("进度（百分数）"), default=0)
    what_if = models.JSONField(_("假设"), default=dict, blank=True)
    base = models.ForeignKey(
        "self",
        verbose_name=_("从哪一版改来"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replanned",
    )
    happened = models.JSONField(_("发生的情况"), default=dict, db_default={}, blank=True)
    reason = models.TextField(_("缘由"), blank=True, default="")
    faults = ArrayField(models.TextField(), verbose_name=_("不能采用的原因"), default=list, blank=True)
    run_id = models.BigIntegerField(_("后台任务"), null=True, blank=True)
    created_at = models.DateTimeField(_("编制时间"), db_default=Now())
    ready_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("编制账号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("编制人"), blank=True, default="")

    class Meta:
        verbose_name = _("检测计划")
        verbose_name_plural = _("检测计划")
        ordering = ["round_id", "-number"]
        triggers = [plan_moves()]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"],
                name="testing_plan_number_once",
                violation_error_message=_("这一版本已经编制。"),
            ),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=PlanState.ADOPTED),
                name="testing_plan_one_adopted",
                violation_error_message=_("这一轮次已经采用了一个计划。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=PlanState.values) & Q(progress__lte=100) & Q(iterations__gte=1),
                name="testing_plan_known",
                violation_error_message=_("状态、进度或搜索次数不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlanState.READY, PlanState.ADOPTED, PlanState.REPLACED])
                | Q(plan__isnull=False, score__isnull=False, ready_at__isnull=False),
                name="testing_plan_answered",
                violation_error_message=_("可采用的计划要有结果。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.ADOPTED) | Q(what_if={}),
                name="testing_plan_what_if_only_looked_at",
                violation_error_message=_("按假设推演的计划只供比较，不能采用。"),
            ),
            models.CheckConstraint(
                condition=Q(instance__couriers__isnull=True) | ~Q(what_if={}),
                name="testing_plan_couriers_only_assumed",
                violation_error_message=_("送样员运送只能作为假设推演。"),
            ),
            models.CheckConstraint(
                condition=Q(base__isnull=True, happened={}) | Q(base__isnull=False) & ~Q(happened={}),
                name="testing_plan_again_says_why",
                violation_error_message=_("重新编排要写明原来的版本和发生的情况。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.round_id}.{self.number}"


class Slot(models.Model):
    """When a team comes to an enterprise for how many people: what the enterprise sees of the plan in force.

    A slot of a plan that was replaced stays and names the version that took its place; only the database's clock
    and a new version change what an enterprise was told.
    """

    round = models.ForeignKey(Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="slots")
    version = models.ForeignKey(
        PlanVersion, verbose_name=_("计划版本"), on_delete=models.PROTECT, related_name="slots"
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="test_slots"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("场所"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cohort = models.TextField(_("批次"))
    team = models.ForeignKey(
        SamplingTeam, verbose_name=_("采样队"), on_delete=models.PROTECT, related_name="slots"
    )
    start = models.DateTimeField(_("开始"))
    end = models.DateTimeField(_("结束"))
    heads = models.PositiveIntegerField(_("人数"))
    tubes = models.PositiveIntegerField(_("管数"))
    ended_by = models.ForeignKey(
        PlanVersion,
        verbose_name=_("被哪个版本替换"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ended_slots",
    )
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("采样时段")
        verbose_name_plural = _("采样时段")
        ordering = ["start", "id"]
        indexes = [
            models.Index(fields=["enterprise", "start"], name="testing_slot_of_enterprise"),
            models.Index(fields=["team", "start"], name="testing_slot_of_team"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gte=F("start")) & Q(heads__gte=1) & Q(tubes__gte=1),
                name="testing_slot_sound",
                violation_error_message=_("采样时段的结束不能早于开始，人数和管数至少为 1。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RoundCount(models.Model):
    """How many of a team are due and tested in a round; written with the samples, in the same transaction.

    ``team_id`` 0: workers without a team. Coverage reads only this table.
    """

    round_id = models.BigIntegerField(_("轮次编号"))
    enterprise_id = models.BigIntegerField(_("企业编号"))
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    due = models.IntegerField(_("应采"), default=0)
    tested = models.IntegerField(_("已采"), default=0)
    conflicts = models.IntegerField(_("有疑问"), default=0)

    class Meta:
        verbose_name = _("轮次人数")
        verbose_name_plural = _("轮次人数")
        constraints = [
            models.UniqueConstraint(
                fields=["round_id", "enterprise_id", "team_id"], name="testing_round_count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.enterprise_id} {self.team_id}"
