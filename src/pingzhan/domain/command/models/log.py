"""The running log of the duty desk (ICS 214): one line each, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.models import Unit


class LogLine(models.Model):
    """What somebody at the desk wrote down. Append-only: a database trigger refuses change and deletion.

    The text may name people, so it lives here and not in the hash chain, which holds only its hash.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("内容"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("记录人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("值班日志")
        verbose_name_plural = _("值班日志")
        ordering = ["-id"]
        indexes = [models.Index(fields=["world", "zone", "-id"], name="logline_zone")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(by_name=""),
                name="logline_complete",
                violation_error_message=_("值班日志要有内容和记录人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
