"""Records of responsible officials that were set together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.frontline.enums import Mode
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only


class Adoption(models.Model):
    """What was adopted in one action: lines of unit, rank, new and former person, by number. Only ever added to."""

    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(_("方式"), choices=Mode.choices, default=Mode.MISSING)
    lines = models.JSONField(_("调整"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("采用人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("包保安排")
        verbose_name_plural = _("包保安排")
        ordering = ["-id"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=Mode.values) & ~Q(by_name="") & ~Q(lines=[]),
                name="adoption_complete",
                violation_error_message=_("包保安排要有方式、采用人和至少一行调整。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
