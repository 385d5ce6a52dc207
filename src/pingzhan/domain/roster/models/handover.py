"""交接班: what the outgoing leaves to the incoming, and who signed for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster.enums import HandoverState, LineState
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Handover(models.Model):
    """One change of duty officers at the moment ``at``; written by the outgoing, signed by the incoming.

    ``outgoing``, ``incoming`` and ``leader`` are who the roster named then. ``leader`` signs last.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="duty_handovers"
    )
    at = models.DateTimeField(_("交接时间"))
    outgoing = models.ForeignKey(
        Person, verbose_name=_("交班人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    incoming = models.ForeignKey(
        Person, verbose_name=_("接班人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    leader = models.ForeignKey(
        Person, verbose_name=_("带班领导"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    summary = models.TextField(_("本班情况"), blank=True, default="")
    written_at = models.DateTimeField(_("填写时间"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_by_name = models.TextField(_("填写人"), blank=True, default="")
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_note = models.TextField(_("接班意见"), blank=True, default="")
    leader_at = models.DateTimeField(_("领导签字时间"), null=True, blank=True)
    leader_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    leader_note = models.TextField(_("领导意见"), blank=True, default="")

    class Meta:
        verbose_name = _("交接班记录")
        verbose_name_plural = _("交接班记录")
        ordering = ["zone_id", "-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "at"],
                name="handover_once",
                violation_error_message=_("这一时刻的交接班已有记录。"),
            ),
            models.CheckConstraint(
                condition=Q(written_at__isnull=False)
                | Q(signed_at__isnull=True, leader_at__isnull=True, summary=""),
                name="handover_written_first",
                violation_error_message=_("交班人填写之后才能签收。"),
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=False) | Q(leader_at__isnull=True),
                name="handover_signed_before_leader",
                violation_error_message=_("接班人签收之后带班领导才能签字。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def state(self) -> HandoverState:
        """Return how far it is."""
        if self.signed_at is not None:
            return HandoverState.SIGNED
        return HandoverState.WRITTEN if self.written_at is not None else HandoverState.OPEN


@tracked()
class HandoverLine(models.Model):
    """One matter pending. ``source`` is the key of what supplied it, 'note' when a person wrote it.

    A line still open when the duty ends is carried into the next hand-over (``carried_from``).
    """

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="lines")
    n = models.PositiveSmallIntegerField(_("序号"))
    source = models.TextField(_("来源"))
    key = models.TextField(_("事项标识"), blank=True, default="")
    text = models.TextField(_("事项"))
    link = models.TextField(_("链接"), blank=True, default="")
    state = models.TextField(_("状态"), choices=LineState.choices, default=LineState.OPEN)
    carried_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="carried_to"
    )

    class Meta:
        verbose_name = _("交接事项")
        verbose_name_plural = _("交接事项")
        ordering = ["handover_id", "n", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(source="") & Q(state__in=LineState.values),
                name="handover_line_complete",
                violation_error_message=_("交接事项不能为空。"),
            )
        ]

    def __str__(self) -> str:
        return self.text
