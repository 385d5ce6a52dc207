"""What officials saw where they answer for an enterprise or supervise it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class SiteVisit(models.Model):
    """Somebody was at an enterprise on ``day`` and saw how measures are carried out (走访, annex 3 四).

    ``rank`` is his place among those who answer for it at that time (0 the principal), None for who supervises.
    ``visited_at`` is the moment it counts for: the time of writing on the day itself, noon of an earlier day.
    A wrong one is voided with a reason and stays.
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="site_visits", db_index=False
    )
    person = models.ForeignKey(
        Person, verbose_name=_("走访人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(_("次序"), null=True, blank=True)
    day = models.DateField(_("走访日期"))
    visited_at = models.DateTimeField(_("走访时间"))
    seen = models.TextField(_("看到的情况"))
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("登记账号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("走访人姓名"))
    at = models.DateTimeField(_("登记时间"), db_default=Now(), editable=False)
    voided_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    voided_by_name = models.TextField(_("撤回人姓名"), blank=True, default="")
    void_reason = models.TextField(_("撤回理由"), blank=True, default="")

    class Meta:
        verbose_name = _("走访记录")
        verbose_name_plural = _("走访记录")
        ordering = ["-visited_at", "-id"]
        indexes = [models.Index(fields=["unit", "-visited_at", "-id"], name="site_visit_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "day", "by_user"],
                condition=Q(voided_at__isnull=True),
                name="site_visit_once",
                violation_error_message=_("您这一天已经登记过对这家企业的走访。"),
            ),
            models.CheckConstraint(
                condition=~Q(seen="") & ~Q(by_name="") & Q(visited_at__lte=F("at")),
                name="site_visit_complete",
                violation_error_message=_("走访记录要写明看到的情况和走访人，走访时间不能晚于登记时间。"),
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by_name="", void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(voided_by_name="") & ~Q(void_reason="")),
                name="site_visit_void_paired",
                violation_error_message=_("撤回走访记录要有撤回人和理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.unit_id} {self.day}"
