"""The second signature under the hand-over of a box: who took it, when, and how warm it was."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.screening.models.tubes import Box

COLDEST, WARMEST = -90, 60
"""Degrees Celsius that a thermometer in a box may show."""


def _of_this_box() -> pgtrigger.Trigger:
    """Return the trigger that ties a signature to a hand-over of the same box."""
    return pgtrigger.Trigger(
        name="of_box",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF NOT EXISTS (SELECT 1 FROM screening_custodystep s
            WHERE s.id = NEW.step_id AND s.box_id = NEW.box_id AND s.step = 'handover') THEN
            RAISE EXCEPTION '接收签字要对应这个箱的交接。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


class Handover(models.Model):
    """Whoever took a box signs for it, once for each time it was handed over. Only ever added to.

    ``step_id`` is the custody step with which it was given away: the first signature. ``signed_at`` is the time he
    names, ``at`` when it was written down, ``by_name`` the account that did so. ``temperature`` in degrees Celsius.
    """

    box = models.ForeignKey(Box, verbose_name=_("样本箱"), on_delete=models.PROTECT, related_name="handovers")
    step_id = models.UUIDField(_("交出步骤"), unique=True)
    receiver = models.TextField(_("接收人"))
    signed_at = models.DateTimeField(_("接收时间"))
    temperature = models.DecimalField(_("箱内温度"), max_digits=4, decimal_places=1)
    note = models.TextField(_("说明"), blank=True, default="")
    at = models.DateTimeField(_("登记时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("样本箱接收签字")
        verbose_name_plural = _("样本箱接收签字")
        ordering = ["box_id", "signed_at", "id"]
        triggers = [
            pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete),
            _of_this_box(),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(receiver="") & Q(temperature__range=(COLDEST, WARMEST)),
                name="handover_signed",
                violation_error_message=_("接收签字要有姓名，温度在 -90 到 60 ℃ 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.signed_at:%m-%d %H:%M}"
