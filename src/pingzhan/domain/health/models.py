"""Readings (partitioned by day), their count by team, attendance, and who has stopped work."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.health.enums import (
    CASE_MOVES,
    OPEN,
    CaseState,
    ReportState,
    Result,
    Source,
    Symptom,
)
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


class Reading(models.Model):
    """One fact: what was measured or said of one worker in one slot. Only ever added to.

    ``slot`` is the minute of the day at which it begins (health.slots), as it was when this was booked.

    A table of one partition a day (migration 0001), so that old days go as a whole. Plain numbers instead of
    foreign keys keep a row at about 100 bytes. ``tenths`` are tenths of a degree. A correction is a new row
    that names the one it corrects; the first stays. ``uuid`` is the client's: a row sent twice is stored once.
    """

    day = models.DateField(_("日期"))
    slot = models.SmallIntegerField(_("时段"))
    employment_id = models.BigIntegerField(_("用工编号"))
    enterprise_id = models.BigIntegerField(_("企业编号"))
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    result = models.SmallIntegerField(_("情况"), choices=Result.choices)
    tenths = models.SmallIntegerField(_("体温（十分之一度）"), null=True)
    fever = models.BooleanField(_("发热"), default=False)
    late = models.BooleanField(_("迟报"), default=False)
    source = models.SmallIntegerField(_("来源"), choices=Source.choices)
    device_id = models.BigIntegerField(_("设备编号"), null=True)
    measured_at = models.DateTimeField(_("测量时间"))
    received_at = models.DateTimeField(_("收到时间"), db_default=Now())
    uuid = models.UUIDField(_("客户端编号"))
    corrects = models.BigIntegerField(_("更正的记录"), null=True)

    class Meta:
        verbose_name = _("体温记录")
        verbose_name_plural = _("体温记录")
        triggers = [pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"#{self.pk}"


class TeamCount(models.Model):
    """How many of a team are accounted for in a slot; written with the readings in the same transaction.

    ``team_id`` 0: workers without a team. ``done`` are persons, not readings; ``absent`` are among them.
    """

    enterprise_id = models.BigIntegerField(_("企业编号"))
    team_id = models.BigIntegerField(_("班组编号"))
    day = models.DateField(_("日期"))
    slot = models.SmallIntegerField(_("时段"))
    done = models.IntegerField(_("已登记人数"), default=0)
    absent = models.IntegerField(_("未到岗人数"), default=0)
    fevers = models.IntegerField(_("发热人数"), default=0)

    class Meta:
        verbose_name = _("班组测温情况")
        verbose_name_plural = _("班组测温情况")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise_id", "team_id", "day", "slot"], name="health_count_once"
            ),
        ]
        indexes = [models.Index(fields=["day", "slot", "enterprise_id"], name="health_count_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.team_id}"


class Attendance(models.Model):
    """A worker was present on a day, as the attendance system of the enterprise says."""

    day = models.DateField(_("日期"))
    employment_id = models.BigIntegerField(_("用工编号"))
    enterprise_id = models.BigIntegerField(_("企业编号"))
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    uuid = models.UUIDField(_("客户端编号"))
    received_at = models.DateTimeField(_("收到时间"), db_default=Now())

    class Meta:
        verbose_name = _("到岗记录")
        verbose_name_plural = _("到岗记录")
        constraints = [
            models.UniqueConstraint(fields=["employment_id", "day"], name="health_attendance_once"),
        ]
        indexes = [models.Index(fields=["day", "enterprise_id"], name="health_attendance_day")]

    def __str__(self) -> str:
        return f"{self.day} #{self.employment_id}"


def _moves() -> pgtrigger.Trigger:
    """Return the trigger of the transition table: no way back to work but by the hospital's word."""
    moves = ", ".join(
        f"'{before.value}>{after.value}'" for before, afters in CASE_MOVES.items() for after in sorted(afters)
    )
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '停工记录不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'stopped' THEN
                RAISE EXCEPTION '新登记的症状先停工。' USING ERRCODE = 'restrict_violation';
            END IF;
        ELSIF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{moves}]) THEN
            RAISE EXCEPTION '停工职工的状态不能这样改变。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


@tracked(exclude=["symptoms", "tenths", "clinic"])
class Case(models.Model):
    """A worker with fever or symptoms: stopped at once, back only after the hospital has excluded the disease.

    Each step keeps its time. ``free_from`` is the first day without symptoms, ``free_days`` the days without
    them that the hazard in force asks before the return.
    """

    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, related_name="health_cases"
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="health_cases"
    )
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    state = models.TextField(_("状态"), choices=CaseState.choices, default=CaseState.STOPPED)
    symptoms = ArrayField(models.TextField(), verbose_name=_("症状"), default=list)
    tenths = models.SmallIntegerField(_("体温（十分之一度）"), null=True)
    free_days = models.PositiveSmallIntegerField(_("症状消失后应满天数"), default=0)
    free_from = models.DateField(_("症状消失日期"), null=True)
    clinic = models.TextField(_("就诊医院"), blank=True, default="")
    stopped_at = models.DateTimeField(_("停工时间"), db_default=Now())
    clinic_at = models.DateTimeField(_("到院时间"), null=True)
    concluded_at = models.DateTimeField(_("结论时间"), null=True)
    returned_at = models.DateTimeField(_("返岗时间"), null=True)

    class Meta:
        verbose_name = _("停工职工")
        verbose_name_plural = _("停工职工")
        triggers = [_moves()]
        indexes = [models.Index(fields=["enterprise", "-stopped_at"], name="health_case_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["employment"],
                condition=Q(state__in=OPEN),
                name="health_case_one_open",
                violation_error_message=_("这名职工已经停工，请在原记录上继续登记。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=CaseState.values) & Q(symptoms__contained_by=list(Symptom.values)),
                name="health_case_known",
                violation_error_message=_("状态或症状不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.RETURNED)
                | Q(returned_at__gte=F("concluded_at"), free_from__isnull=False),
                name="health_case_cleared",
                violation_error_message=_("经医院排除疫情且症状消失后方可返岗。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class SymptomLink(models.Model):
    """The address at which an enterprise's workers say that they feel ill. A new ``issue`` ends the former one."""

    enterprise = models.OneToOneField(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="symptom_link"
    )
    issue = models.PositiveIntegerField(_("第几次生成"), default=1)

    class Meta:
        verbose_name = _("症状自报链接")
        verbose_name_plural = _("症状自报链接")

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(exclude=["number", "symptoms"])
class SelfReport(models.Model):
    """Somebody without an account said, by his employee number, that he feels ill. Nobody has checked who he is.

    ``employment`` is None where the number is nobody's. Nothing follows from it until the contact has asked him:
    then ``case`` is what it led to, None where he was well.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="symptom_reports"
    )
    number = models.TextField(_("工号"))
    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    symptoms = ArrayField(models.TextField(), verbose_name=_("症状"), default=list)
    state = models.TextField(_("状态"), choices=ReportState.choices, default=ReportState.WAITING)
    case = models.ForeignKey(
        Case, verbose_name=_("停工记录"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    reported_at = models.DateTimeField(_("自报时间"), db_default=Now())
    settled_at = models.DateTimeField(_("核实时间"), null=True)

    class Meta:
        verbose_name = _("症状自报")
        verbose_name_plural = _("症状自报")
        indexes = [models.Index(fields=["enterprise", "-reported_at"], name="health_report_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "number"],
                condition=Q(state=ReportState.WAITING),
                name="health_report_one_waiting",
                violation_error_message=_("这名职工的自报正在等待核实。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values) & Q(symptoms__contained_by=list(Symptom.values)),
                name="health_report_known",
                violation_error_message=_("状态或症状不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.WAITING) ^ Q(settled_at__isnull=False),
                name="health_report_settled",
                violation_error_message=_("核实过的自报要有核实时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
