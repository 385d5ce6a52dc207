"""Meals of a canteen and the plans of who eats when (annex 2 (5): 分批错时就餐、分餐打包)."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.sanitation.enums import MealKind, MealMode, PlanState
from pingzhan.domain.sanitation.models.canteen_guards import line_guard, plan_guard
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation.audit.history import append_only, tracked

NIGHT_FROM, NIGHT_UNTIL = time(18), time(6)
"""A meal that ends after midnight begins and ends within these hours; anything else is a slip."""


@tracked()
class CanteenMeal(models.Model):
    """A meal that a canteen serves between ``opens`` and ``closes``, local time; one of the night ends the next day.

    ``seats`` are those of the room, before any rule; a sitting lasts ``minutes``, then the tables are cleaned for
    ``gap`` minutes.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="canteen_meals"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("食堂"), on_delete=models.PROTECT, related_name="canteen_meals"
    )
    kind = models.TextField(_("餐次"), choices=MealKind.choices)
    seats = models.PositiveIntegerField(_("座位数"))
    opens = models.TimeField(_("开餐时间"))
    closes = models.TimeField(_("收餐时间"))
    minutes = models.PositiveSmallIntegerField(_("每场就餐分钟"))
    gap = models.PositiveSmallIntegerField(_("场间清洁分钟"))
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("食堂餐次")
        verbose_name_plural = _("食堂餐次")
        ordering = ["enterprise_id", "site_id", "opens", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind"],
                name="canteen_meal_once",
                condition=Q(active=True),
                violation_error_message=_("这个食堂已经登记了这一餐次。"),
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(opens__gte=NIGHT_FROM, closes__lte=NIGHT_UNTIL),
                name="canteen_meal_hours",
                violation_error_message=_(
                    "收餐时间应晚于开餐时间；18:00 以后开餐的，可以到次日 6:00 前收餐。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, minutes__gte=5, minutes__lte=180, gap__lte=120),
                name="canteen_meal_sizes",
                violation_error_message=_("座位数至少 1 个；每场 5 到 180 分钟；场间清洁不超过 120 分钟。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


@tracked()
class SittingPlan(models.Model):
    """Who eats when at a meal, made under one rule and unchangeable once published (trigger plan_guard).

    ``room`` is how many may sit at once: ``percent`` of ``seats``, rounded down; it holds for every sitting, in a
    draft too. ``places`` counts the sittings that fit between ``opens`` and ``closes``. The rule is kept as it
    was: share, way of meals, posture, level (None in routine), version of the measure set and its source.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="sitting_plans"
    )
    meal = models.ForeignKey(
        CanteenMeal, verbose_name=_("餐次"), on_delete=models.PROTECT, related_name="plans"
    )
    n = models.PositiveIntegerField(_("版本"))
    state = models.TextField(_("状态"), choices=PlanState.choices, default=PlanState.DRAFT)
    seats = models.PositiveIntegerField(_("座位数"))
    percent = models.PositiveSmallIntegerField(_("同时就餐比例"))
    room = models.PositiveIntegerField(_("每场最多人数"))
    opens = models.TimeField(_("开餐时间"))
    minutes = models.PositiveSmallIntegerField(_("每场就餐分钟"))
    gap = models.PositiveSmallIntegerField(_("场间清洁分钟"))
    places = models.PositiveSmallIntegerField(_("最多场数"))
    mode = models.TextField(_("就餐方式"), choices=MealMode.choices, default=MealMode.STAGGERED)
    posture = models.TextField(_("状态下制定"), choices=Posture.choices, default=Posture.ROUTINE)
    level = models.PositiveSmallIntegerField(_("等级"), null=True, blank=True)
    set_version = models.BigIntegerField(_("措施集版本"), null=True, blank=True)
    source = models.TextField(_("规定出处"), blank=True, default="")
    verified = models.BooleanField(_("出处已核实"), default=False)
    proven = models.BooleanField(_("已证最优"), default=False)
    made_by = models.TextField(_("编排人"), blank=True, default="")
    made_at = models.DateTimeField(_("编排时间"), db_default=Now())
    published_by = models.TextField(_("发布人"), blank=True, default="")
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("就餐安排")
        verbose_name_plural = _("就餐安排")
        ordering = ["meal_id", "-n"]
        triggers = [plan_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["meal", "n"],
                name="sitting_plan_numbered",
                violation_error_message=_("这一版本号已经用过。"),
            ),
            models.UniqueConstraint(
                fields=["meal"],
                name="sitting_plan_one_draft",
                condition=Q(state=PlanState.DRAFT),
                violation_error_message=_("这一餐次已有一份草案。"),
            ),
            models.UniqueConstraint(
                fields=["meal"],
                name="sitting_plan_one_published",
                condition=Q(state=PlanState.PUBLISHED),
                violation_error_message=_("这一餐次已有一份发布的安排。"),
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100, room=F("seats") * F("percent") / 100),
                name="sitting_plan_room",
                violation_error_message=_("每场最多人数应为座位数乘以同时就餐比例。"),
            ),
            models.CheckConstraint(
                condition=Q(mode=MealMode.STAGGERED) | Q(places=0),
                name="sitting_plan_packed",
                violation_error_message=_("只打包时不能安排堂食场次。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class SittingLine(models.Model):
    """A team at a meal: the sitting it eats at, from 0, None for packed meals.

    ``team`` None stands for those who belong to no team; ``people`` is how many there were when it was planned;
    ``moved`` marks what was set by hand. Changed only while the plan is a draft, never above its room (line_guard).
    """

    plan = models.ForeignKey(
        SittingPlan, verbose_name=_("就餐安排"), on_delete=models.PROTECT, related_name="lines"
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("班组"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sitting_lines",
    )
    people = models.PositiveIntegerField(_("人数"))
    sitting = models.PositiveSmallIntegerField(_("场次"), null=True, blank=True)
    moved = models.BooleanField(_("手工调整"), default=False)

    class Meta:
        verbose_name = _("班组就餐")
        verbose_name_plural = _("班组就餐")
        ordering = ["plan_id", F("sitting").asc(nulls_last=True), "pk"]
        triggers = [line_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "team"],
                name="sitting_line_once",
                nulls_distinct=False,
                violation_error_message=_("一份安排中一个班组只能有一行。"),
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1),
                name="sitting_line_people",
                violation_error_message=_("班组人数至少为 1。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SittingDay(models.Model):
    """An enterprise holds to a published plan: written when it is published and when it says so of a day.

    Only ever added to; it is the evidence that closes what is due.
    """

    plan = models.ForeignKey(
        SittingPlan, verbose_name=_("就餐安排"), on_delete=models.PROTECT, related_name="days"
    )
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("按安排就餐")
        verbose_name_plural = _("按安排就餐")
        ordering = ["-pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["plan", "at"], name="sitting_day_of_plan")]

    def __str__(self) -> str:
        return f"#{self.pk}"
