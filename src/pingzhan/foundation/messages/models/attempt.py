"""What became of each try to send a notice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.messages.models.notice import Notice


class Outcome(models.TextChoices):
    """How a try ended. ``lasting``: useless to try this channel again for this notice."""

    SENT = "sent", _("已发出")
    TEMPORARY = "temporary", _("未成，稍后重试")
    LASTING = "lasting", _("未成，不再试")
    DELIVERED = "delivered", _("对方确认送达")
    UNDELIVERED = "undelivered", _("对方报告未送达")
    RETRIED = "retried", _("人工重发")
    GIVEN_UP = "given_up", _("人工放弃")


class Attempt(models.Model):
    """One try, or one report about it; kept for a limited time. ``error`` never holds an address."""

    notice = models.ForeignKey(
        Notice, verbose_name=_("通知"), on_delete=models.CASCADE, related_name="attempts"
    )
    channel = models.CharField(_("渠道"), max_length=40)
    at = models.DateTimeField(_("时间"), db_default=Now())
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices)
    error_class = models.CharField(_("错误类别"), max_length=40, blank=True, default="")
    error = models.TextField(_("原因"), blank=True, default="")
    provider_id = models.CharField(_("回执号"), max_length=200, blank=True, default="")
    took_ms = models.IntegerField(_("耗时（毫秒）"), default=0)

    class Meta:
        verbose_name = _("发送记录")
        verbose_name_plural = _("发送记录")
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="attempt_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values),
                name="attempt_outcome_known",
                violation_error_message=_("发送结果不对。"),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.notice_id} {self.channel} {self.outcome}"
