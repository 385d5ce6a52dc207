"""Declarations: who did what is due where no ledger of its own keeps it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only


class Declaration(models.Model):
    """One obligation was attended to: what was done, when, and how many times. Only ever added to.

    ``obligation_id`` is a bare number, since the ledger lies in parts by day. ``key`` is that of the form it was
    sent with: the same form sent twice is one declaration. One taken back has a DeclarationWithdrawal.
    """

    unit = models.ForeignKey(Unit, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    obligation_id = models.BigIntegerField(_("事项"), db_index=True)
    key = models.UUIDField(_("表单编号"))
    note = models.TextField(_("办理情况"))
    done_at = models.DateTimeField(_("办理时间"))
    count = models.PositiveSmallIntegerField(_("次数"), default=1)
    at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("登记人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("登记人姓名"))

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["-id"]
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["obligation_id", "key"],
                name="declaration_once",
                violation_error_message=_("这份办理记录已经登记。"),
            ),
            models.CheckConstraint(
                condition=~Q(note="") & ~Q(by_name="") & Q(count__gte=1),
                name="declaration_complete",
                violation_error_message=_("办理记录要有办理情况、次数和登记人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class DeclarationWithdrawal(models.Model):
    """A declaration was wrong, and why: what it had closed is due again. Only ever added to."""

    declaration = models.OneToOneField(
        Declaration, verbose_name=_("办理记录"), on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.TextField(_("撤回理由"))
    at = models.DateTimeField(_("撤回时间"), db_default=Now(), editable=False)
    by_name = models.TextField(_("撤回人姓名"))

    class Meta:
        verbose_name = _("办理记录的撤回")
        verbose_name_plural = _("办理记录的撤回")
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by_name=""),
                name="declarationwithdrawal_complete",
                violation_error_message=_("撤回办理记录要写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.declaration_id}"
