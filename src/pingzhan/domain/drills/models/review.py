"""After-action reviews, the actions that come of them, and hand-over notes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills.enums import ReviewState
from pingzhan.domain.orders.models import Order
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Review(models.Model):
    """The review of one unbroken emergency, real or drill; ``activation`` is the one that ended it.

    ``facts`` are frozen at filing, ``facts_sha`` is their hash; until then they are computed from the log.
    They hold ids, codes and times, no names.
    """

    activation = models.OneToOneField(Activation, on_delete=models.PROTECT, related_name="review")
    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="+")
    state = models.TextField(_("状态"), choices=ReviewState.choices, default=ReviewState.DRAFT)
    ended_at = models.DateTimeField(_("结束时间"))
    kept = models.TextField(_("做得好的"), blank=True, default="")
    change = models.TextField(_("要改进的"), blank=True, default="")
    drafted_at = models.DateTimeField(_("起草时间"), db_default=Now(), editable=False)
    reviewed_at = models.DateTimeField(_("复盘时间"), null=True, blank=True)
    reviewed_by_name = models.TextField(_("复盘人"), blank=True, default="")
    filed_at = models.DateTimeField(_("归档时间"), null=True, blank=True)
    filed_by_name = models.TextField(_("归档人"), blank=True, default="")
    facts = models.JSONField(_("事实"), null=True, blank=True)
    facts_sha = models.TextField(_("校验值"), blank=True, default="")

    class Meta:
        verbose_name = _("复盘")
        verbose_name_plural = _("复盘")
        ordering = ["-id"]
        indexes = [models.Index(fields=["zone", "-id"], name="review_zone")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.DRAFT, reviewed_at=None, filed_at=None, facts=None)
                | Q(state=ReviewState.REVIEWED, reviewed_at__isnull=False, filed_at=None, facts=None)
                | (
                    Q(state=ReviewState.FILED, reviewed_at__isnull=False, filed_at__isnull=False)
                    & Q(facts__isnull=False, facts_sha__regex="^[0-9a-f]{64}$")
                ),
                name="review_state",
                violation_error_message=_("复盘的状态与时间不符。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.ended_at}"


@tracked()
class ReviewAction(models.Model):
    """What is to be done after a review; it becomes an order of real life, after a drill too."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    text = models.TextField(_("整改事项"))
    to_key = models.TextField(_("承办"))
    to_name = models.TextField(_("承办单位"))
    due_at = models.DateTimeField(_("时限"))
    order = models.OneToOneField(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="review_action"
    )
    added_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    added_by_name = models.TextField(_("提出人"))

    class Meta:
        verbose_name = _("整改事项")
        verbose_name_plural = _("整改事项")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(to_key="") & ~Q(added_by_name=""),
                name="reviewaction_complete",
                violation_error_message=_("整改事项要有内容和承办单位。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text


@tracked()
class HandoverNote(models.Model):
    """What a group leaves to its routine successor at the end of an emergency (command.md section 10 c)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="handovers")
    group_code = models.TextField(_("工作组"))
    group_name = models.TextField(_("工作组名称"))
    text = models.TextField(_("交接说明"))
    by_name = models.TextField(_("交接人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("撤岗交接")
        verbose_name_plural = _("撤岗交接")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "group_code"],
                name="handovernote_once",
                violation_error_message=_("该组已有交接说明。"),
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(by_name="") & ~Q(group_code=""),
                name="handovernote_complete",
                violation_error_message=_("交接说明要有内容和交接人。"),
            ),
        ]

    def __str__(self) -> str:
        return self.group_name
