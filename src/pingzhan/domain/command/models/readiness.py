"""What a computed readiness found: one row a night, and one after each change of what it depends on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import Unit


class ReadinessRun(models.Model):
    """The readiness of a zone at one moment (command.md section 12); seats were not touched.

    ``levels`` are {level, posts, filled, gaps, critical} for I to IV, ``kinds`` the findings by kind, ``keys``
    the critical and major ones, for telling what is new since the last night. ``version`` is what the live
    version of structure and people was, so that nothing is computed twice.
    """

    zone = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+", db_index=False)
    structure_version = models.ForeignKey(StructureVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    nightly = models.BooleanField(_("每晚"), default=False)
    version = models.TextField(blank=True, default="")
    critical = models.PositiveIntegerField(_("严重"), default=0)
    major = models.PositiveIntegerField(_("一般"), default=0)
    info = models.PositiveIntegerField(_("提示"), default=0)
    levels = models.JSONField(default=list)
    kinds = models.JSONField(default=dict)
    keys = models.JSONField(default=list)

    class Meta:
        verbose_name = _("就绪检查记录")
        verbose_name_plural = _("就绪检查记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["zone", "-id"], name="readiness_zone"),
            models.Index(fields=["zone", "-id"], name="readiness_night", condition=Q(nightly=True)),
        ]

    def __str__(self) -> str:
        return f"{self.zone_id} {self.critical}/{self.major}/{self.info}"
