"""The table of settings that differ from their default."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OptionValue(models.Model):
    """A setting that was changed; one that is not here has its default."""

    key = models.TextField(_("设置项"), unique=True)
    text = models.TextField(_("值"))
    changed_at = models.DateTimeField(_("修改时间"), db_default=Now())
    changed_by = models.TextField(_("修改人"), blank=True, default="")

    class Meta:
        verbose_name = _("系统设置")
        verbose_name_plural = _("系统设置")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key=""),
                name="option_named",
                violation_error_message=_("设置项不能没有名称。"),
            ),
        ]

    def __str__(self) -> str:
        return self.key
