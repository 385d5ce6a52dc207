"""The audit record, and what proves its end and its archived beginning."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import append_only


class AuditRecord(models.Model):
    """One line of the trail. Never changed and never deleted: a database trigger refuses both.

    No foreign keys, so subjects stay deletable. ``actor_id`` is the account id for 'user', the person id for
    'link', empty for 'system'. ``body`` holds ids and counts, no names and no phones. ``prev_sha`` is unique,
    so two records can never continue from the same one, whatever the isolation level.

    Ids have no gaps: each is the one before plus one. ``tx`` and ``tx_at`` name the transaction, as the row
    history does. ``mark`` is a keyed hash of ``sha`` whose key is outside the database. The three are empty in
    records older than row history.
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
    tx = models.BigIntegerField(_("事务编号"), null=True, blank=True)
    tx_at = models.DateTimeField(_("事务开始时间"), null=True, blank=True)
    prev_sha = models.CharField(max_length=64, unique=True)
    sha = models.CharField(max_length=64, unique=True)
    mark = models.TextField(blank=True, default="")

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
            models.Index(fields=["actor_name", "-id"], name="audit_name"),
            models.Index(fields=["tx"], name="audit_tx"),
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


class AuditAnchor(models.Model):
    """The end of the trail at one moment, signed: proof that nothing was cut off up to there.

    A copy of each is appended to a file outside the database. ``prev`` is the hash of the anchor before,
    ``origin`` the hash of the trail's very first record, by which the file's lines find their trail.
    """

    n = models.BigIntegerField(_("序号"), unique=True)
    record_id = models.BigIntegerField(_("记录编号"))
    sha = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"), editable=False)
    prev = models.CharField(max_length=64)
    origin = models.CharField(max_length=64)
    key_id = models.TextField()
    signature = models.TextField()

    class Meta:
        verbose_name = _("留痕锚点")
        verbose_name_plural = _("留痕锚点")
        ordering = ["-n"]
        default_permissions = ()
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(n__gte=1) & Q(record_id__gte=1),
                name="anchor_numbers",
                violation_error_message=_("锚点和记录从 1 开始编号。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n}: #{self.record_id}"


class AuditSegment(models.Model):
    """The oldest part of the trail, moved into a signed file; what remains continues from ``last_sha``."""

    first_id = models.BigIntegerField(_("首条"), unique=True)
    last_id = models.BigIntegerField(_("末条"), unique=True)
    first_prev_sha = models.CharField(max_length=64)
    last_sha = models.CharField(max_length=64)
    file_name = models.TextField(_("文件"))
    file_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("归档时间"), db_default=Now(), editable=False)
    key_id = models.TextField()
    signature = models.TextField()

    class Meta:
        verbose_name = _("留痕归档段")
        verbose_name_plural = _("留痕归档段")
        ordering = ["first_id"]
        default_permissions = ()
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(first_id__gte=1) & Q(first_id__lte=F("last_id")),
                name="segment_range",
                violation_error_message=_("归档段的首条不能在末条之后。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
