"""Emergency drills that an enterprise held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Exercise(models.Model):
    """A drill of the enterprise's own emergency plan (annex 2 (9); Response Act art. 20). A mistake is voided."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="exercises"
    )
    held_on = models.DateField(_("日期"))
    topic = models.TextField(_("演练内容"))
    place = models.TextField(_("地点"))
    persons = models.PositiveIntegerField(_("参加人数"))
    course = models.TextField(_("演练经过"))
    found = models.TextField(_("发现的问题"), blank=True, default="")
    mended = models.TextField(_("改进措施"), blank=True, default="")
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("企业应急演练")
        verbose_name_plural = _("企业应急演练")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "held_on", "topic"],
                name="exercise_once",
                condition=Q(voided_at__isnull=True),
                violation_error_message=_("这一天已登记过同一内容的演练。"),
            ),
            models.CheckConstraint(
                condition=~Q(topic="") & ~Q(place="") & ~Q(course="") & Q(persons__gte=1),
                name="exercise_facts",
                violation_error_message=_("演练内容、地点、人数和经过都应填写。"),
            ),
            models.CheckConstraint(
                condition=Q(found="") | ~Q(mended=""),
                name="exercise_mended",
                violation_error_message=_("发现问题的，应写明改进措施。"),
            ),
        ]

    def __str__(self) -> str:
        return self.topic
