"""The areas of an enterprise that are cleaned and aired (annex 2 (4))."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.sanitation.enums import STRENGTHS, Agent, AreaKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.audit.history import tracked

LONGEST = 720
"""Minutes that an airing may be planned or registered for."""


@tracked()
class Area(models.Model):
    """A part of an enterprise with its own cleaning plan.

    ``is_key``: a key area, cleaned in every key round of the measures; ``by_shift``: cleaned before and after
    each shift; ``airs``: has windows or air handling. ``own_times`` are rounds the enterprise adds of itself;
    ``air_times`` its planned hours of airing, those of the measures when empty. ``agent`` and ``strength`` are
    what it is usually cleaned with; ``air_minutes`` None means as long as the measures ask.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="clean_areas"
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("所在场所"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clean_areas",
    )
    kind = models.TextField(_("类别"), choices=AreaKind.choices)
    name = models.TextField(_("名称"))
    is_key = models.BooleanField(_("重点区域"), default=False)
    by_shift = models.BooleanField(_("班前班后消杀"), default=True)
    airs = models.BooleanField(_("需要通风"), default=True)
    own_times: models.Field[list[time], list[time]] = ArrayField(
        models.TimeField(), verbose_name=_("另加的消杀时刻"), default=list, blank=True, size=8
    )
    air_times: models.Field[list[time], list[time]] = ArrayField(
        models.TimeField(), verbose_name=_("计划通风时刻"), default=list, blank=True, size=8
    )
    air_minutes = models.PositiveSmallIntegerField(_("计划通风分钟"), null=True, blank=True)
    agent = models.TextField(_("常用消毒剂"), choices=Agent.choices, default=Agent.CHLORINE)
    strength = models.DecimalField(_("常用浓度"), max_digits=8, decimal_places=2, null=True, blank=True)
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("消杀区域")
        verbose_name_plural = _("消杀区域")
        ordering = ["enterprise_id", "-is_key", "kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"],
                name="area_name_unique",
                condition=Q(retired_at__isnull=True),
                violation_error_message=_("本企业已有同名的区域。"),
            ),
            models.UniqueConstraint(fields=["id", "enterprise"], name="area_of_enterprise"),
            models.CheckConstraint(
                condition=~Q(name="") & Q(kind__in=AreaKind.values),
                name="area_complete",
                violation_error_message=_("请填写区域的类别和名称。"),
            ),
            models.CheckConstraint(
                condition=Q(agent__in=Agent.values)
                & (Q(strength__isnull=True) | Q(strength__gt=0, agent__in=list(STRENGTHS))),
                name="area_agent_known",
                violation_error_message=_("常用消毒剂或浓度不对。"),
            ),
            models.CheckConstraint(
                condition=Q(air_minutes__isnull=True) | Q(air_minutes__gte=1, air_minutes__lte=LONGEST),
                name="area_air_minutes",
                violation_error_message=_("计划通风分钟应在 1 到 720 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
