"""The work on a draft: what was read in the notice, and the questions it leaves."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.enums import FindingKind, FindingSource, FindingState, Severity
from pingzhan.domain.organisation.models.structure import Group, Holding, StructureVersion
from pingzhan.foundation.audit.history import tracked


class ReadEntry(models.Model):
    """One entry of a list of members exactly as read, so that the counts of the notice stay provable.

    ``name`` is empty for an entry that names a class of persons (``class_rule``).
    """

    version = models.ForeignKey(StructureVersion, on_delete=models.CASCADE, related_name="entries")
    n = models.PositiveIntegerField(_("序号"))
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="entries")
    group_name = models.TextField(_("所在名单"))
    role = models.TextField(_("角色"))
    name = models.TextField(_("姓名"), blank=True, default="")
    title = models.TextField(_("职务"), blank=True, default="")
    class_rule = models.TextField(_("人员类别"), blank=True, default="")
    start = models.PositiveIntegerField(_("起"))
    end = models.PositiveIntegerField(_("止"))
    holding = models.ForeignKey(
        Holding, null=True, blank=True, on_delete=models.SET_NULL, related_name="entries"
    )

    class Meta:
        verbose_name = _("名单条目")
        verbose_name_plural = _("名单条目")
        ordering = ["version_id", "n"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "n"],
                name="entry_n_unique",
                violation_error_message=_("名单条目序号重复。"),
            ),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")),
                name="entry_place",
                violation_error_message=_("名单条目在原文中的位置不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(class_rule=""),
                name="entry_names_somebody",
                violation_error_message=_("名单条目应有姓名或人员类别。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.class_rule


@tracked()
class Finding(models.Model):
    """A question or a gap of a draft. ``key`` is stable, so an answered question is never asked again.

    ``places`` is a list of ``{"start", "end", "text"}`` in the source text; ``subject`` holds the ids it is
    about; ``answer`` what was decided. A waiver carries the name of who gave it and the reason.
    """

    version = models.ForeignKey(StructureVersion, on_delete=models.CASCADE, related_name="findings")
    key = models.TextField(_("标识"))
    kind = models.TextField(_("种类"), choices=FindingKind.choices)
    source = models.TextField(_("来源"), choices=FindingSource.choices)
    severity = models.TextField(_("严重程度"), choices=Severity.choices)
    sentence = models.TextField(_("说明"))
    places = models.JSONField(_("原文位置"), default=list)
    subject = models.JSONField(_("对象"), default=dict)
    state = models.TextField(_("状态"), choices=FindingState.choices, default=FindingState.OPEN)
    answer = models.JSONField(_("答复"), null=True, blank=True)
    reason = models.TextField(_("理由"), blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("答复人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_by_name = models.TextField(_("答复人姓名"), blank=True, default="")
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("核对问题")
        verbose_name_plural = _("核对问题")
        ordering = ["version_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"],
                name="finding_key_unique",
                violation_error_message=_("同一问题已经列出。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FindingKind.values)
                & Q(state__in=FindingState.values)
                & Q(severity__in=Severity.values)
                & Q(source__in=FindingSource.values),
                name="finding_choices_known",
                violation_error_message=_("核对问题的种类、来源、状态或严重程度不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.WAIVED) | (~Q(reason="") & ~Q(answered_by_name="")),
                name="finding_waiver_named",
                violation_error_message=_("豁免必须写明豁免人和理由。"),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
