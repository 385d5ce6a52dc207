"""Changes of topics, so that a page that polls can be answered 204."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """Something under a topic changed. Kept for an hour; no content, so nothing personal.

    Rows and not a counter: a counter row would make concurrent transactions wait for each other, a sequence
    would show a change before it is committed.
    """

    topic = models.CharField(_("主题"), max_length=40)
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("变化")
        verbose_name_plural = _("变化")
        indexes = [models.Index(fields=["topic", "id"], name="change_topic")]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
