"""What measures demanded when an obligation arose, copied once: later changes of a set change nothing here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import append_only


class Duty(models.Model):
    """A measure by its lasting key, the same through all versions of all sets."""

    key = models.TextField(_("措施代码"))

    class Meta:
        verbose_name = _("措施")
        verbose_name_plural = _("措施")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="duty_key", violation_error_message=_("这个措施代码已经登记。")
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Demand(models.Model):
    """One version of a measure as obligations rest on it: its words, party, group and set version, frozen.

    ``version`` is the number of the measure's version in the measures module; ``digest`` tells two contents
    apart, so that a version found changed gets a row of its own and the former obligations keep theirs. Only
    ever added to.
    """

    duty = models.ForeignKey(Duty, verbose_name=_("措施"), on_delete=models.PROTECT, related_name="demands")
    version = models.BigIntegerField(_("措施版本"))
    set_version = models.BigIntegerField(_("措施集版本"))
    set_name = models.TextField(_("措施集"), blank=True, default="")
    digest = models.TextField(_("内容摘要"))
    title = models.TextField(_("内容"))
    title_en = models.TextField(_("英文内容"), blank=True, default="")
    item = models.PositiveSmallIntegerField(_("指南条目"), default=0)
    clause = models.TextField(_("条款"), blank=True, default="")
    party = models.TextField(_("责任方"))
    group_code = models.TextField(_("主管工作组"), blank=True, default="")
    subject = models.TextField(_("对象"))
    evidence = models.TextField(_("完成凭据"))
    severity = models.PositiveSmallIntegerField(_("轻重"), default=0)
    made_at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("措施要求")
        verbose_name_plural = _("措施要求")
        triggers = append_only()
        indexes = [models.Index(fields=["evidence"], name="demand_evidence")]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "version", "digest"],
                name="demand_once",
                violation_error_message=_("这一版措施要求已经登记。"),
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(party="") & ~Q(evidence=""),
                name="demand_complete",
                violation_error_message=_("措施要求要有内容、责任方和完成凭据。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
