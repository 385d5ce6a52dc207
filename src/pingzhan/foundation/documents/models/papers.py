"""Papers and what was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import within
from pingzhan.foundation.audit.history import append_only, tracked
from pingzhan.foundation.documents.content import PaperContent, content_from_json
from pingzhan.foundation.documents.enums import PaperKind, PaperState
from pingzhan.foundation.documents.models.numbers import Number, Organ, reading_paths
from pingzhan.foundation.documents.models.templates import TemplateVersion

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor

_NUMBERED = [PaperState.ISSUED, PaperState.FILED, PaperState.VOID]


class Papers(models.QuerySet["Paper"]):
    """Selections of papers."""

    def visible_to(self, actor: Actor) -> Papers:
        """Return the papers of the units where the actor writes, issues or keeps templates."""
        return self.filter(within("unit_path", reading_paths(actor)))


@tracked()
class Paper(models.Model):
    """A paper from its draft to the file.

    ``content`` is a PaperContent as JSON. ``edition`` grows with every change of the text, so two people cannot
    overwrite each other. ``source_kind`` and ``source_id`` name what it was made from ("activation", 12).
    """

    kind = models.TextField(_("文种"), choices=PaperKind.choices)
    title = models.TextField(_("标题"))
    content = models.JSONField(_("内容"))
    organ = models.ForeignKey(
        Organ, verbose_name=_("发文机关"), on_delete=models.PROTECT, related_name="papers"
    )
    unit_path = models.TextField(_("范围"), default="/")
    state = models.TextField(_("状态"), choices=PaperState.choices, default=PaperState.DRAFT)
    edition = models.PositiveIntegerField(_("修改次数"), default=1)
    template = models.ForeignKey(
        TemplateVersion,
        verbose_name=_("版式模板"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="papers",
    )
    source_kind = models.TextField(_("来源类别"), blank=True, default="")
    source_id = models.TextField(_("来源编号"), blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.TextField(_("拟稿人"))
    checked_by_name = models.TextField(_("核稿人"), blank=True, default="")
    issued_by_name = models.TextField(_("签发人"), blank=True, default="")
    number = models.OneToOneField(
        Number,
        verbose_name=_("发文字号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="paper",
    )
    remark = models.TextField(_("办理意见"), blank=True, default="")
    created_at = models.DateTimeField(_("拟稿时间"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("修改时间"), db_default=Now(), editable=False)
    issued_at = models.DateTimeField(_("签发时间"), null=True, blank=True)

    objects = Papers.as_manager()

    class Meta:
        verbose_name = _("公文")
        verbose_name_plural = _("公文")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit_path"], name="paper_unit", opclasses=["text_pattern_ops"]),
            models.Index(fields=["state", "-id"], name="paper_state"),
            models.Index(fields=["source_kind", "source_id"], name="paper_source"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PaperKind.values) & Q(state__in=PaperState.values),
                name="paper_known",
                violation_error_message=_("文种或状态不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(author_name="") & Q(unit_path__startswith="/"),
                name="paper_complete",
                violation_error_message=_("公文要有标题和拟稿人。"),
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=_NUMBERED, number__isnull=False, issued_at__isnull=False)
                    & ~Q(issued_by_name="")
                )
                | (~Q(state__in=_NUMBERED) & Q(number__isnull=True, issued_at__isnull=True)),
                name="paper_numbered",
                violation_error_message=_("签发的公文都有发文字号和签发人，没有签发的没有。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_text",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state IN ('issued', 'filed', 'void')"),
                func="IF TG_OP = 'DELETE' OR (NEW.kind, NEW.title, NEW.content, NEW.organ_id, NEW.number_id,"
                " NEW.author_name, NEW.issued_by_name, NEW.issued_at, NEW.unit_path) IS DISTINCT FROM"
                " (OLD.kind, OLD.title, OLD.content, OLD.organ_id, OLD.number_id,"
                " OLD.author_name, OLD.issued_by_name, OLD.issued_at, OLD.unit_path)"
                " OR NEW.state NOT IN ('issued', 'filed', 'void') OR (OLD.state = 'void' AND NEW.state <> 'void') THEN"
                " RAISE EXCEPTION '已签发的公文不能修改或删除，只能作废。'"
                " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;",
            )
        ]

    def __str__(self) -> str:
        return " ".join(self.title.split())

    @property
    def paper(self) -> PaperContent:
        """Return what stands on the paper."""
        return content_from_json(self.content)

    @property
    def is_open(self) -> bool:
        """Return whether its text may still be changed."""
        return self.state in (PaperState.DRAFT, PaperState.SUBMITTED)


class IssuedPaper(models.Model):
    """The paper as it was signed: the very bytes of its files and their hashes. Never changed, never deleted."""

    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="issued")
    number = models.TextField(_("发文字号"))
    content = models.JSONField(_("内容"))
    docx = models.BinaryField()
    docx_sha = models.CharField(_("校验值"), max_length=64)
    pdf = models.BinaryField()
    pdf_sha = models.CharField(max_length=64)
    substituted = models.JSONField(_("替换的字体"), default=list)
    issued_by_name = models.TextField(_("签发人"))
    issued_at = models.DateTimeField(_("签发时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("签发稿")
        verbose_name_plural = _("签发稿")
        triggers = append_only()

    def __str__(self) -> str:
        return self.number
