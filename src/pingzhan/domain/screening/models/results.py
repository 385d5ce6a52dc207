"""What the laboratory says: results of tubes with their corrections, what was refused, and where each person stands."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening.enums import ResultFault, ResultSource, Verdict
from pingzhan.domain.screening.models.rounds import Round
from pingzhan.domain.screening.models.staff import Laboratory
from pingzhan.domain.screening.models.tubes import Tube
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit.history import tracked


def _only_received() -> pgtrigger.Trigger:
    """Return the trigger of results: for a received tube that is not held, and a correction of the same tube."""
    return pgtrigger.Trigger(
        name="received",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("tube", "screening_tube%ROWTYPE")],
        func="""
        SELECT * INTO tube FROM screening_tube WHERE id = NEW.tube_id;
        IF tube.received_at IS NULL OR tube.state NOT IN ('received', 'tested', 'resulted') OR tube.held THEN
            RAISE EXCEPTION '未接收或暂扣的采样管不能有结果。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.corrects_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM screening_result r WHERE r.id = NEW.corrects_id AND r.tube_id = NEW.tube_id) THEN
            RAISE EXCEPTION '更正的结果应是同一管的。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


class Result(models.Model):
    """A result of a tube, only ever added to. A correction names the result it corrects; the last one holds."""

    tube = models.ForeignKey(Tube, verbose_name=_("采样管"), on_delete=models.PROTECT, related_name="results")
    verdict = models.TextField(_("结果"), choices=Verdict.choices)
    ct = models.JSONField(_("Ct 值"), default=dict, blank=True)
    tested_at = models.DateTimeField(_("检测时间"))
    reported_at = models.DateTimeField(_("报告时间"), db_default=Now())
    source = models.TextField(_("来源"), choices=ResultSource.choices)
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("更正的结果"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    reason = models.TextField(_("更正原因"), blank=True, default="")
    by_name = models.TextField(_("录入人"), blank=True, default="")

    class Meta:
        verbose_name = _("检测结果")
        verbose_name_plural = _("检测结果")
        triggers = [
            pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete),
            _only_received(),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tube"],
                condition=Q(corrects__isnull=True),
                name="result_one_first",
                violation_error_message=_("这一管已有结果，请更正。"),
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values)
                & Q(source__in=ResultSource.values)
                & (Q(corrects__isnull=True) ^ ~Q(reason="")),
                name="result_known",
                violation_error_message=_("更正结果要写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tube_id} {self.verdict}"


class ResultRefusal(models.Model):
    """A result that was not applied: what was sent, and why. Only ever added to."""

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="result_refusals"
    )
    row = models.PositiveIntegerField(_("行"))
    code = models.TextField(_("管码"))
    verdict = models.TextField(_("结果"), choices=Verdict.choices)
    fault = models.TextField(_("原因"), choices=ResultFault.choices)
    source = models.TextField(_("来源"), choices=ResultSource.choices)
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_name = models.TextField(_("录入人"), blank=True, default="")

    class Meta:
        verbose_name = _("未采用的结果")
        verbose_name_plural = _("未采用的结果")
        triggers = [pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["zone", "-at"], name="refusal_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fault__in=ResultFault.values)
                & Q(verdict__in=Verdict.values)
                & Q(source__in=ResultSource.values),
                name="refusal_known",
                violation_error_message=_("未采用的原因不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.fault}"


class LatestResult(models.Model):
    """Where a person stands: the result of the last round in which he was swabbed and a result is out.

    Of several tubes of that round the gravest holds. Written anew whenever a result comes in or is corrected; the
    self-query reads only this.
    """

    individual = models.OneToOneField(
        Individual,
        verbose_name=_("个人"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="latest_result",
    )
    round = models.ForeignKey(Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="+")
    verdict = models.TextField(_("结果"), choices=Verdict.choices)
    pooled = models.BooleanField(_("混管"))
    sampled_at = models.DateTimeField(_("采样时间"))
    at = models.DateTimeField(_("报告时间"))

    class Meta:
        verbose_name = _("最近一次结果")
        verbose_name_plural = _("最近一次结果")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values),
                name="latest_known",
                violation_error_message=_("结果不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.individual_id} {self.verdict}"


@tracked()
class LaboratoryDevice(models.Model):
    """A token of a laboratory's programs: what it may report follows from the laboratory's zone."""

    device = models.OneToOneField(
        Device, verbose_name=_("设备"), on_delete=models.PROTECT, related_name="laboratory_key"
    )
    laboratory = models.ForeignKey(
        Laboratory, verbose_name=_("实验室"), on_delete=models.PROTECT, related_name="devices"
    )

    class Meta:
        verbose_name = _("实验室的接口")
        verbose_name_plural = _("实验室的接口")

    def __str__(self) -> str:
        return f"{self.laboratory_id} {self.device_id}"
