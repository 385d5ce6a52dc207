"""Sessions of training and who was there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises.enums import TrainingForm
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Training(models.Model):
    """What was told to workers on a day (annex 2 (8): 告知每一名职工). A mistake is voided, never deleted."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="trainings"
    )
    topic = models.TextField(_("主题"))
    held_on = models.DateField(_("日期"))
    form = models.TextField(_("形式"), choices=TrainingForm.choices, default=TrainingForm.LECTURE)
    hours = models.DecimalField(_("学时"), max_digits=4, decimal_places=1)
    material = models.TextField(_("材料"), blank=True, default="")
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("宣传培训")
        verbose_name_plural = _("宣传培训")
        ordering = ["-held_on", "-pk"]
        indexes = [models.Index(fields=["enterprise", "held_on"], name="training_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "held_on", "topic"],
                name="training_once",
                condition=Q(voided_at__isnull=True),
                violation_error_message=_("这一天已登记过同一主题的培训。"),
            ),
            models.CheckConstraint(
                condition=~Q(topic="") & Q(form__in=TrainingForm.values),
                name="training_given",
                violation_error_message=_("请填写主题和形式。"),
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24),
                name="training_hours",
                violation_error_message=_("学时应大于 0，不超过 24。"),
            ),
        ]

    def __str__(self) -> str:
        return self.topic


class Attendance(models.Model):
    """A worker was reached by a session."""

    training = models.ForeignKey(
        Training, verbose_name=_("培训"), on_delete=models.CASCADE, related_name="attendances"
    )
    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, related_name="attendances"
    )

    class Meta:
        verbose_name = _("参加培训")
        verbose_name_plural = _("参加培训")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "employment"],
                name="attendance_once",
                violation_error_message=_("同一场培训只登记一次。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
