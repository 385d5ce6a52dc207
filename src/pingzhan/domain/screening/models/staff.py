"""Who tests: laboratories, sampling teams with their members; and who is not due for a time."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import ExemptReason, MemberKind, MemberRole
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


def _same(field: str) -> Func:
    """Return the range that holds only the value of a whole-number field (no btree_gist on the floor)."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


@tracked()
class Laboratory(models.Model):
    """Where tubes are tested. Sampling teams leave from here and come back here.

    ``x`` and ``y`` are metres in the grid of the park plan. ``tubes_per_hour`` None: no limit is known.
    ``run_minutes`` from the start of a test to its result. A ``closes`` at or before ``opens`` lies on the next day.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="laboratories"
    )
    name = models.TextField(_("名称"))
    code = models.TextField(_("编号"))
    x = models.FloatField(_("横坐标（米）"), default=0)
    y = models.FloatField(_("纵坐标（米）"), default=0)
    opens = models.TimeField(_("开始收样"), default=time(0))
    closes = models.TimeField(_("停止收样"), default=time(0))
    tubes_per_hour = models.PositiveIntegerField(_("每小时检测管数"), null=True, blank=True)
    run_minutes = models.PositiveSmallIntegerField(_("检测用时（分钟）"), default=240)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("检测实验室")
        verbose_name_plural = _("检测实验室")
        ordering = ["zone_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "code"],
                name="laboratory_code_once",
                violation_error_message=_("已有这一编号的实验室。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(code=""),
                name="laboratory_named",
                violation_error_message=_("实验室的名称和编号不能为空。"),
            ),
            models.CheckConstraint(
                condition=(Q(tubes_per_hour__isnull=True) | Q(tubes_per_hour__gte=1))
                & Q(run_minutes__range=(1, 2880)),
                name="laboratory_sound",
                violation_error_message=_("每小时至少检测 1 管，检测用时在 1 到 2880 分钟之间。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class SamplingTeam(models.Model):
    """A team that swabs: its samplers count for the speed. Works from ``starts`` to ``ends`` of a day.

    ``cooler_tubes`` is what its cool box takes, 0 for no limit. Members are listed with their days; the plan
    counts ``samplers``, less those listed samplers who are away.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="sampling_teams"
    )
    name = models.TextField(_("名称"))
    samplers = models.PositiveSmallIntegerField(_("采样人数"), default=2)
    starts = models.TimeField(_("出工"), default=time(7, 30))
    ends = models.TimeField(_("收工"), default=time(20))
    skills = ArrayField(models.TextField(), verbose_name=_("专长"), default=list, blank=True)
    cooler_tubes = models.PositiveIntegerField(_("冷藏箱可装管数"), default=0)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("采样队")
        verbose_name_plural = _("采样队")
        ordering = ["zone_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "name"],
                condition=Q(active=True),
                name="sampling_team_name_once",
                violation_error_message=_("已有同名的采样队。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(samplers__range=(1, 100)) & Q(ends__gt=F("starts")),
                name="sampling_team_sound",
                violation_error_message=_("采样队要有名称，采样人数 1 到 100，收工晚于出工。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class TeamMember(models.Model):
    """Somebody belongs to a sampling team from ``t0`` until just before ``t1`` (half-open); without ``t1`` for good.

    Medical people and volunteers from outside are persons of the organisation module like officials, so that their
    absences count in the same way and no name is stored here.
    """

    team = models.ForeignKey(
        SamplingTeam, verbose_name=_("采样队"), on_delete=models.PROTECT, related_name="members"
    )
    kind = models.TextField(_("来源"), choices=MemberKind.choices)
    role = models.TextField(_("分工"), choices=MemberRole.choices, default=MemberRole.SAMPLER)
    person = models.ForeignKey(
        Person, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="sampling_memberships"
    )
    t0 = models.DateTimeField(_("起"), db_default=Now())
    t1 = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("采样队成员")
        verbose_name_plural = _("采样队成员")
        ordering = ["team_id", "t0", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MemberKind.values) & Q(role__in=MemberRole.values),
                name="sampling_member_known",
                violation_error_message=_("来源或分工不对。"),
            ),
            models.CheckConstraint(
                condition=Q(t1__isnull=True) | Q(t1__gt=F("t0")),
                name="sampling_member_period",
                violation_error_message=_("结束时间应晚于开始时间。"),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(t1__isnull=True),
                name="sampling_member_one_team",
                violation_error_message=_("这名人员已在一个采样队。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(exclude=["reason", "note"])
class Exemption(models.Model):
    """A worker is not due from the day ``since`` through the day ``until``; two of one worker never overlap.

    The reason is about his health: it has no history, and only counts leave the enterprise's page.
    """

    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, related_name="test_exemptions"
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="test_exemptions"
    )
    reason = models.TextField(_("原因"), choices=ExemptReason.choices)
    note = models.TextField(_("说明"), blank=True, default="")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("暂不采样")
        verbose_name_plural = _("暂不采样")
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["enterprise", "-since"], name="testing_exemption_list")]
        constraints = [
            ExclusionConstraint(
                name="testing_exemption_once_at_a_time",
                expressions=[
                    (_same("employment"), RangeOperators.OVERLAPS),
                    (
                        Func(F("since"), F("until"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("这名职工在这段时间已登记暂不采样。"),
            ),
            models.CheckConstraint(
                condition=Q(reason__in=ExemptReason.values)
                & Q(until__gte=F("since"))
                & (~Q(reason=ExemptReason.OTHER) | ~Q(note="")),
                name="testing_exemption_sound",
                violation_error_message=_("结束日期不能早于开始日期；原因选“其他”时要写说明。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
