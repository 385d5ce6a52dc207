"""What a gateway answered when it was asked for delivery reports, until it is taken up."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.messages.models.channel import Channel


class Answer(models.Model):
    """Delivery reports that were fetched and not yet noted; the row goes in the transaction that notes them.

    Some gateways hand a report out once. ``reports`` is a list of [receipt, arrived, word of the other side], as
    they are noted at a try to send as well: no number and no text of anybody.
    """

    channel = models.ForeignKey(
        Channel, verbose_name=_("渠道"), on_delete=models.CASCADE, related_name="answers"
    )
    reports = models.JSONField(_("送达报告"))
    at = models.DateTimeField(_("取回时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("取回的送达报告")
        verbose_name_plural = _("取回的送达报告")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"#{self.pk} {self.channel_id}"
