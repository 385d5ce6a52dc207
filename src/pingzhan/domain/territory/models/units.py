"""Tables of the tree of places and of the park plan."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.audit.history import tracked

#: A path is the ids from the root down, with a slash at both ends: '/1/3/57/'.
PATH_PATTERN = r"^(/[0-9]+)+/$"


@tracked()
class Unit(models.Model):
    """A zone, area, enterprise or site.

    ``path`` ends in the unit's own id, so ``path LIKE '/1/3/%'`` is the whole subtree with the unit itself,
    and a posture ordered for a unit is in force wherever that unit's path is a prefix.
    """

    kind = models.TextField(_("类别"), choices=UnitKind.choices)
    code = models.TextField(_("代码"))
    name = models.TextField(_("名称"))
    parent = models.ForeignKey(
        "self",
        verbose_name=_("上级"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.TextField(_("路径"), editable=False)
    headcount = models.PositiveIntegerField(_("职工人数"), default=0)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="unit_path_prefix", opclasses=["text_pattern_ops"])]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="unit_code_unique", violation_error_message=_("单位代码已被使用。")
            ),
            models.UniqueConstraint(
                fields=["path"], name="unit_path_unique", violation_error_message=_("单位路径重复。")
            ),
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values),
                name="unit_kind_known",
                violation_error_message=_("单位类别只能是开发区、片区、企业或场所。"),
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""),
                name="unit_named",
                violation_error_message=_("单位的代码和名称不能为空。"),
            ),
            models.CheckConstraint(
                condition=Q(path__regex=PATH_PATTERN),
                name="unit_path_form",
                violation_error_message=_("单位路径格式不对，应形如 /1/3/。"),
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.ZONE, parent__isnull=True)
                | (~Q(kind=UnitKind.ZONE) & Q(parent__isnull=False)),
                name="unit_zone_is_root",
                violation_error_message=_("开发区没有上级，其他单位必须有上级。"),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="unit_not_own_parent",
                violation_error_message=_("单位不能以自己为上级。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class ParkPlan(models.Model):
    """The plan of one zone: GeoJSON in a flat local grid of metres, so no map datum is involved.

    ``n`` counts its versions; the former ones are in its history. ``note`` says what the last change was.
    """

    zone = models.OneToOneField(Unit, verbose_name=_("开发区"), on_delete=models.CASCADE, related_name="plan")
    geojson = models.JSONField(_("图形"))
    n = models.PositiveIntegerField(_("版次"), default=1)
    note = models.TextField(_("说明"), blank=True, default="")
    by_name = models.TextField(_("办理人姓名"), blank=True, default="")
    updated = models.DateTimeField(_("更新时间"), db_default=Now())

    class Meta:
        verbose_name = _("园区平面图")
        verbose_name_plural = _("园区平面图")
        constraints = [
            models.CheckConstraint(
                condition=Q(n__gte=1),
                name="park_plan_version",
                violation_error_message=_("平面图的版次从 1 开始。"),
            )
        ]

    def __str__(self) -> str:
        return str(self.zone)
