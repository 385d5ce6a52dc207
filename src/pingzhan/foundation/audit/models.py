"""The audit record."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditRecord(models.Model):
    """One line of the trail. Never changed and never deleted: a database trigger refuses both.

    No foreign keys, so subjects stay deletable. ``actor_id`` is the account id for 'user', the person id for
    'link', empty for 'system'. ``body`` holds ids and counts, no names and no phones. ``prev_sha`` is unique,
    so two records can never continue from the same one, whatever the isolation level.
    """

    at = models.DateTimeField(_("时间"), editable=False)
    world = models.IntegerField(_("演练编号"), default=0)
    operation = models.UUIDField(_("操作"), default=uuid.uuid4)
    actor_kind = models.CharField(_("操作人类别"), max_length=10)
    actor_id = models.BigIntegerField(_("操作人编号"), null=True, blank=True)
    actor_name = models.TextField(_("操作人"), blank=True, default="")
    verb = models.CharField(_("事项"), max_length=80)
    unit_path = models.TextField(_("范围"), default="/")
    subject_kind = models.CharField(_("对象类别"), max_length=80, blank=True, default="")
    subject_id = models.TextField(_("对象编号"), blank=True, default="")
    body = models.JSONField(_("内容"), default=dict)
    prev_sha = models.CharField(max_length=64, unique=True)
    sha = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("留痕记录")
        verbose_name_plural = _("留痕记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["unit_path"], name="audit_unit", opclasses=["text_pattern_ops"]),
            models.Index(fields=["operation"], name="audit_operation"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor_kind__in=["user", "system", "link"]),
                name="audit_actor_kind",
                violation_error_message=_("操作人类别不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(verb=""), name="audit_verb_given", violation_error_message=_("事项不能为空。")
            ),
            models.CheckConstraint(
                condition=Q(unit_path__startswith="/"),
                name="audit_path",
                violation_error_message=_("范围应以 / 开头。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.verb}"
