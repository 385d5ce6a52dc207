"""Where officials stand in an emergency: the standing plan, and what it came to when it was in force."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.frontline.enums import ArrivalVia, EndReason, PlaceSource
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Place(models.Model):
    """The front-line place of an official (下沉一线): an enterprise, or one of its sites with a scope of its own.

    The plan stands in routine and emergency alike; it is in force where the posture of the unit is an emergency,
    which is asked of the command module and stored nowhere. ``rank`` 0 leads at the unit, 1 stands in for him,
    2 helps. ``duty`` is what to do there in the zone's own words, empty for the usual.
    """

    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(
        Person, verbose_name=_("人员"), on_delete=models.CASCADE, related_name="front_place"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("去处"), on_delete=models.PROTECT, related_name="front_places"
    )
    duty = models.TextField(_("任务"), blank=True, default="")
    rank = models.PositiveSmallIntegerField(_("次序"), default=2)
    source = models.TextField(_("来由"), choices=PlaceSource.choices)
    set_at = models.DateTimeField(_("安排时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("下沉一线的去处")
        verbose_name_plural = _("下沉一线的去处")
        ordering = ["zone_id", "unit_id", "rank", "person_id"]
        indexes = [models.Index(fields=["zone", "unit"], name="front_place_zone")]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=PlaceSource.values) & Q(rank__lte=2),
                name="front_place_choices",
                violation_error_message=_("下沉一线的来由或次序不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} -> {self.unit_id}"


@tracked()
class Posting(models.Model):
    """An official was sent to the front line in one emergency of one world; ended with it.

    ``stands_in_for`` is the person away whose place he takes besides his own. ``seat`` is the seat whose order
    carries the task, empty for who has none.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        Person, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="front_postings"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("去处"), on_delete=models.PROTECT, related_name="front_postings"
    )
    rank = models.PositiveSmallIntegerField(_("次序"), default=2)
    stands_in_for = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seat = models.ForeignKey(
        Seat, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField(_("下达时间"), db_default=Now(), editable=False)
    arrived_at = models.DateTimeField(_("到达时间"), null=True, blank=True)
    arrived_via = models.TextField(_("报到方式"), choices=ArrivalVia.choices, blank=True, default="")
    arrived_by = models.TextField(_("登记人"), blank=True, default="")
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_reason = models.TextField(_("结束原因"), choices=EndReason.choices, blank=True, default="")

    class Meta:
        verbose_name = _("下沉一线")
        verbose_name_plural = _("下沉一线")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["world", "zone", "unit"],
                name="front_posting_open",
                condition=Q(ended_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "person", "unit"],
                condition=Q(ended_at__isnull=True),
                name="front_posting_once",
                violation_error_message=_("该人员已下沉到这一去处。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_reason="")
                | (
                    Q(ended_at__isnull=False)
                    & Q(ended_reason__in=EndReason.values)
                    & Q(ended_at__gte=F("given_at"))
                ),
                name="front_posting_ended",
                violation_error_message=_("结束时间和结束原因要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True, arrived_via="", arrived_by="")
                | (Q(arrived_at__isnull=False) & Q(arrived_via__in=ArrivalVia.values) & ~Q(arrived_by="")),
                name="front_posting_arrived",
                violation_error_message=_("到达时间、报到方式和登记人要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | ~Q(stands_in_for=F("person")),
                name="front_posting_other",
                violation_error_message=_("不能代自己下沉。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} -> {self.unit_id}"
