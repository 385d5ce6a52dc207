"""What an enterprise consists of: its sites, its shifts and its teams.

All three hang on the unit of the enterprise. That workshop, shift and team belong to one enterprise is a
composite foreign key in the database (migration 0002), which Django cannot declare.
"""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.enums import NESTED_KINDS, SiteKind
from pingzhan.domain.territory.models.units import Unit
from pingzhan.foundation.audit.history import tracked

MINUTES_A_DAY = 24 * 60


@tracked()
class Site(models.Model):
    """A place of an enterprise (annexes 2 and 3: 门岗, 车间, 宿舍, 食堂, 冷库, 隔离室).

    ``capacity`` is beds in a dormitory room or an isolation room, seats in a canteen, persons elsewhere; None
    when not stated. ``unit`` is set once the site can be ordered for on its own: then it also is a unit of
    the tree. A code is never given to another site, even after the first one was closed.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="sites"
    )
    kind = models.TextField(_("类别"), choices=SiteKind.choices)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("所在楼栋"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rooms",
    )
    code = models.TextField(_("编号"))
    name = models.TextField(_("名称"))
    capacity = models.PositiveIntegerField(_("容量"), null=True, blank=True)
    geometry = models.JSONField(_("图形"), null=True, blank=True)
    unit = models.OneToOneField(
        Unit,
        verbose_name=_("命令范围"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="site",
    )
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("场所")
        verbose_name_plural = _("场所")
        ordering = ["enterprise_id", "kind", "code"]
        indexes = [models.Index(fields=["enterprise", "kind"], name="site_by_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                name="site_code_unique",
                violation_error_message=_("该企业已有这一编号的场所。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SiteKind.values) & ~Q(code="") & ~Q(name=""),
                name="site_complete",
                violation_error_message=_("场所的类别、编号和名称不能为空。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind=SiteKind.ROOM) | Q(parent__isnull=False),
                name="site_room_in_dormitory",
                violation_error_message=_("宿舍房间必须属于一栋宿舍。"),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | (Q(kind__in=NESTED_KINDS) & ~Q(parent=F("id"))),
                name="site_nesting",
                violation_error_message=_("只有宿舍房间和隔离室可以属于一栋宿舍。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Shift(models.Model):
    """A daily working time of an enterprise, half-open: ``start`` belongs to it, ``end`` does not.

    An ``end`` before the ``start`` lies on the next day. Times are local (Asia/Shanghai). ``headcount`` is
    the declared number of persons in this shift.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="shifts"
    )
    name = models.TextField(_("名称"))
    start = models.TimeField(_("上班"))
    end = models.TimeField(_("下班"))
    headcount = models.PositiveIntegerField(_("申报人数"), default=0)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("班次")
        verbose_name_plural = _("班次")
        ordering = ["enterprise_id", "start", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"],
                condition=Q(active=True),
                name="shift_name_unique",
                violation_error_message=_("该企业已有同名的班次。"),
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="shift_named", violation_error_message=_("班次名称不能为空。")
            ),
            models.CheckConstraint(
                condition=~Q(start=F("end")),
                name="shift_not_empty",
                violation_error_message=_("上班和下班时间不能相同；全天值守请分成两个班次。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def crosses_midnight(self) -> bool:
        """Return whether the shift ends on the day after it began; an end at 00:00 does."""
        return self.end <= self.start

    @property
    def minutes(self) -> int:
        """Return how long the shift lasts."""
        return (_minute(self.end) - _minute(self.start)) % MINUTES_A_DAY

    def covers(self, at: time) -> bool:
        """Return whether this time of day lies in the shift."""
        if self.crosses_midnight:
            return at >= self.start or at < self.end
        return self.start <= at < self.end


@tracked()
class Team(models.Model):
    """A team of workers, with the workshop it works in and the shift it works."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="teams"
    )
    name = models.TextField(_("名称"))
    workshop = models.ForeignKey(
        Site, verbose_name=_("车间"), null=True, blank=True, on_delete=models.PROTECT, related_name="teams"
    )
    shift = models.ForeignKey(
        Shift, verbose_name=_("班次"), null=True, blank=True, on_delete=models.PROTECT, related_name="teams"
    )
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("班组")
        verbose_name_plural = _("班组")
        ordering = ["enterprise_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "name"],
                condition=Q(active=True),
                name="team_name_unique",
                violation_error_message=_("该企业已有同名的班组。"),
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="team_named", violation_error_message=_("班组名称不能为空。")
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
