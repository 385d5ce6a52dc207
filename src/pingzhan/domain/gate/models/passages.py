"""What passed the gate, as devices and guards report it: facts that are only ever added to."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate.enums import Direction, PassageKind, PassageOutcome, RefusalReason
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit.history import tracked


def _facts() -> list[pgtrigger.Trigger]:
    """Return the trigger that lets nothing be changed but the tie to a worker cut (retention)."""
    return [
        pgtrigger.Trigger(
            name="facts",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="""
            IF TG_OP = 'UPDATE' AND NEW.employment_id IS NULL
                AND to_jsonb(NEW) - 'employment_id' = to_jsonb(OLD) - 'employment_id' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '门岗进出记录只能追加，不能修改或删除。' USING ERRCODE = 'restrict_violation';
            """,
        )
    ]


@tracked()
class GateDevice(models.Model):
    """A phone or reader belongs to one gate: it reports what passes there and nothing of another enterprise."""

    device = models.OneToOneField(
        Device, verbose_name=_("设备"), on_delete=models.PROTECT, related_name="gate"
    )
    site = models.ForeignKey(Site, verbose_name=_("门岗"), on_delete=models.PROTECT, related_name="devices")

    class Meta:
        verbose_name = _("门岗的设备")
        verbose_name_plural = _("门岗的设备")

    def __str__(self) -> str:
        return f"{self.site_id} {self.device_id}"


class Passage(models.Model):
    """One passage, or one refusal, at a gate.

    ``uuid`` is made by the client, so that a batch sent twice is stored once. ``device_at`` is the client's clock,
    ``at`` the database's. ``employment_id``, ``visit_id`` and ``vehicle_id`` are plain numbers: a fact stands
    whatever becomes of the row. A refusal names no visitor: nothing is kept of somebody who was not let in.
    """

    uuid = models.UUIDField(_("客户端编号"), unique=True)
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="passages"
    )
    kind = models.TextField(_("对象"), choices=PassageKind.choices)
    direction = models.TextField(_("方向"), choices=Direction.choices)
    outcome = models.TextField(_("结果"), choices=PassageOutcome.choices)
    reason = models.TextField(_("未放行原因"), choices=RefusalReason.choices, blank=True, default="")
    employment_id = models.BigIntegerField(_("用工编号"), null=True, blank=True)
    visit_id = models.BigIntegerField(_("来访编号"), null=True, blank=True)
    vehicle_id = models.BigIntegerField(_("车辆进出编号"), null=True, blank=True)
    device_id = models.BigIntegerField(_("设备编号"), null=True, blank=True)
    device_at = models.DateTimeField(_("设备时间"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("门岗进出记录")
        verbose_name_plural = _("门岗进出记录")
        ordering = ["-device_at", "-pk"]
        triggers = _facts()
        indexes = [
            models.Index(fields=["enterprise", "-device_at"], name="passage_book"),
            models.Index(fields=["device_at"], name="passage_age", condition=Q(employment_id__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PassageKind.values)
                & Q(direction__in=Direction.values)
                & Q(outcome__in=PassageOutcome.values),
                name="passage_choices_known",
                violation_error_message=_("门岗记录的对象、方向或结果不对。"),
            ),
            models.CheckConstraint(
                condition=Q(outcome=PassageOutcome.PASSED, reason="")
                | Q(outcome=PassageOutcome.REFUSED, reason__in=RefusalReason.values),
                name="passage_reason_of_refusal",
                violation_error_message=_("未放行的，应注明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_direction_display()}"
