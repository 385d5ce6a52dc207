"""Meetings of the leading group (研判会) and what was decided there or elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only, tracked


@tracked()
class Meeting(models.Model):
    """A meeting: when, where, who was there, what was discussed on which material.

    ``guests`` are participants who are no persons of the zone. The record may be completed later; its history is
    kept. What was decided is a Decision and never changes.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    title = models.TextField(_("会议名称"))
    held_at = models.DateTimeField(_("时间"))
    place = models.TextField(_("地点"), blank=True, default="")
    chair = models.ForeignKey(
        Person, verbose_name=_("主持人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    people = models.ManyToManyField(Person, verbose_name=_("参加人员"), related_name="+", blank=True)
    guests = models.TextField(_("列席"), blank=True, default="")
    points = models.TextField(_("议题和讨论情况"))
    material = models.TextField(_("会议材料"), blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("记录人"))
    at = models.DateTimeField(_("记录时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("会议")
        verbose_name_plural = _("会议")
        ordering = ["-held_at", "-id"]
        indexes = [models.Index(fields=["world", "zone", "-held_at"], name="meeting_zone")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(points="") & ~Q(by_name=""),
                name="meeting_complete",
                violation_error_message=_("会议要有名称、讨论情况和记录人。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Decision(models.Model):
    """决定: what was decided, between which options, on what basis, by whom. Only ever added to."""

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("会议"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    text = models.TextField(_("决定事项"))
    options = models.TextField(_("比选方案"), blank=True, default="")
    basis = models.TextField(_("依据"), blank=True, default="")
    decided_by = models.TextField(_("决定人"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("记录人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("决定")
        verbose_name_plural = _("决定")
        ordering = ["id"]
        triggers = append_only()
        indexes = [models.Index(fields=["world", "zone", "-id"], name="decision_zone")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(decided_by="") & ~Q(by_name=""),
                name="decision_complete",
                violation_error_message=_("决定要有内容、决定人和记录人。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
