"""What is decided and done about obligations that are not met: waivers, and how far lateness was carried."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.obligations.enums import Stage
from pingzhan.domain.obligations.models.measures import Duty
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Waiver(models.Model):
    """A measure is waived for a unit on the days [first, last], with the reason and who approved it.

    ``obligation_id`` narrows it to one obligation. A revoked waiver no longer holds for what comes, and what
    it had waived and is not past is open again.
    """

    unit = models.ForeignKey(Unit, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    duty = models.ForeignKey(Duty, verbose_name=_("措施"), on_delete=models.PROTECT, related_name="+")
    obligation_id = models.BigIntegerField(_("事项"), null=True, blank=True)
    first = models.DateField(_("起"))
    last = models.DateField(_("止"))
    reason = models.TextField(_("理由"))
    at = models.DateTimeField(_("批准时间"), db_default=Now(), editable=False)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("批准人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("批准人姓名"))
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    revoked_by_name = models.TextField(_("撤回人姓名"), blank=True, default="")
    revoke_reason = models.TextField(_("撤回理由"), blank=True, default="")

    class Meta:
        verbose_name = _("免除")
        verbose_name_plural = _("免除")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["unit", "duty", "last"], name="waiver_now", condition=Q(revoked_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by_name="") & Q(last__gte=F("first")),
                name="waiver_complete",
                violation_error_message=_("免除要有理由、批准人和起止日期。"),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by_name="", revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by_name="") & ~Q(revoke_reason="")),
                name="waiver_revoke_paired",
                violation_error_message=_("撤回免除要有撤回人和理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Lateness(models.Model):
    """What one unit owed at one moment and did not do: told step by step, each step once.

    ``ladder`` is copied from the settings when the lateness begins: pairs of the stage and the minutes after
    the due time. ``stage`` is the last step told; ``next_at`` when the next is due, None after the last and
    when all is done.
    """

    unit = models.ForeignKey(Unit, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("限期"))
    ladder = models.JSONField(_("催办规则"))
    stage = models.PositiveSmallIntegerField(_("已到步骤"), choices=Stage.choices, default=Stage.SOON)
    next_at = models.DateTimeField(_("下一步时间"), null=True, blank=True)
    since = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("逾期")
        verbose_name_plural = _("逾期")
        indexes = [models.Index(fields=["next_at"], name="lateness_next", condition=Q(next_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "due_at"],
                name="lateness_once",
                violation_error_message=_("这次逾期已经登记。"),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values),
                name="lateness_stage",
                violation_error_message=_("催办步骤不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.due_at}"
