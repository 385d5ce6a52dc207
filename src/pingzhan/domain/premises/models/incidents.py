"""Incidents that an enterprise reported, and their story.

The telephone to call back is sealed and has no row history; the texts are asked for without names or numbers.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.premises.enums import IncidentKind, IncidentState, StepKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only, tracked
from pingzhan.foundation.privacy.models import Subject


@tracked(exclude=["phone_sealed", "symptoms"])
class Incident(models.Model):
    """A first report with the facts it must have (annex 2 (9): 立即报告开发区疫情防控指挥部办公室).

    ``due_at`` is until when it had to be reported, counted from ``found_at``; each state has its moment.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="incidents"
    )
    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="incident"
    )
    kind = models.TextField(_("情况"), choices=IncidentKind.choices)
    found_at = models.DateTimeField(_("发现时间"))
    place = models.TextField(_("地点"))
    persons = models.PositiveIntegerField(_("涉及人数"))
    symptoms = models.TextField(_("症状"), blank=True, default="")
    done = models.TextField(_("已采取的措施"))
    phone_sealed = models.BinaryField(_("联系电话"), null=True, editable=False)
    due_at = models.DateTimeField(_("报告时限"))
    state = models.TextField(_("状态"), choices=IncidentState.choices, default=IncidentState.REPORTED)
    reported_at = models.DateTimeField(_("报告时间"), db_default=Now())
    received_at = models.DateTimeField(_("接收时间"), null=True, blank=True)
    handling_at = models.DateTimeField(_("开始处置时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    made_by = models.TextField(_("报告人"), blank=True, default="")

    class Meta:
        verbose_name = _("事件报告")
        verbose_name_plural = _("事件报告")
        ordering = ["-reported_at", "-pk"]
        indexes = [models.Index(fields=["enterprise", "reported_at"], name="incident_book")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IncidentKind.values) & Q(state__in=IncidentState.values),
                name="incident_known",
                violation_error_message=_("情况或状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(persons__gte=1) & ~Q(place="") & ~Q(done=""),
                name="incident_facts",
                violation_error_message=_("地点、人数和已采取的措施都应填写。"),
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("found_at")) & Q(found_at__lte=F("reported_at")),
                name="incident_order",
                violation_error_message=_("发现时间不能晚于报告时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state=IncidentState.REPORTED) | Q(received_at__isnull=False),
                name="incident_received",
                violation_error_message=_("没有接收的报告不能处置。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=IncidentState.CLOSED) | Q(closed_at__isnull=False),
                name="incident_closed",
                violation_error_message=_("结束的事件应有结束时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class IncidentStep(models.Model):
    """One line of the story: a state reached, a follow-up, what the command asks. Only ever added to."""

    incident = models.ForeignKey(
        Incident, verbose_name=_("事件"), on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.TextField(_("事项"), choices=StepKind.choices)
    note = models.TextField(_("内容"), blank=True, default="")
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_name = models.TextField(_("办理人"), blank=True, default="")

    class Meta:
        verbose_name = _("事件经过")
        verbose_name_plural = _("事件经过")
        ordering = ["at", "pk"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values)
                & (
                    ~Q(
                        kind__in=[
                            StepKind.FOLLOW_UP,
                            StepKind.ISOLATED,
                            StepKind.INSTRUCTION,
                            StepKind.CLOSED,
                        ]
                    )
                    | ~Q(note="")
                ),
                name="incident_step_known",
                violation_error_message=_("请填写内容。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
