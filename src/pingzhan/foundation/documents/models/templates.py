"""Templates a clerk can change, and all their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import within
from pingzhan.foundation.audit.history import append_only, tracked
from pingzhan.foundation.documents.enums import PaperKind, TemplateKind
from pingzhan.foundation.documents.models.numbers import reading_paths

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor


class Templates(models.QuerySet["Template"]):
    """Selections of templates."""

    def visible_to(self, actor: Actor) -> Templates:
        """Return the templates of the units whose papers the actor may read."""
        return self.filter(within("unit_path", reading_paths(actor)))


@tracked()
class Template(models.Model):
    """A template under its name; its content lies in numbered versions. ``active`` ones are offered."""

    kind = models.TextField(_("类别"), choices=TemplateKind.choices)
    name = models.TextField(_("名称"))
    paper_kind = models.TextField(_("文种"), choices=PaperKind.choices)
    unit_path = models.TextField(_("范围"), default="/")
    active = models.BooleanField(_("启用"), default=True)

    objects = Templates.as_manager()

    class Meta:
        verbose_name = _("公文模板")
        verbose_name_plural = _("公文模板")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unit_path", "name"],
                name="template_name",
                violation_error_message=_("已有同名模板。"),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(kind__in=TemplateKind.values) & Q(paper_kind__in=PaperKind.values),
                name="template_complete",
                violation_error_message=_("模板要有名称和文种。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One version of a template: a Word file, or title and body with blanks. Never changed."""

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    title = models.TextField(_("标题"), blank=True, default="")
    body = models.TextField(_("正文"), blank=True, default="")
    file = models.BinaryField(null=True, blank=True)
    sha = models.CharField(_("校验值"), max_length=64)
    fields = ArrayField(models.TextField(), verbose_name=_("字段"), default=list)
    note = models.TextField(_("说明"), blank=True, default="")
    by_name = models.TextField(_("修改人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("模板版本")
        verbose_name_plural = _("模板版本")
        ordering = ["template_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"],
                name="template_version_once",
                violation_error_message=_("这个版本号已经用过。"),
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False, body="") | (Q(file__isnull=True) & ~Q(body="")),
                name="template_version_one_form",
                violation_error_message=_("模板要么是文件，要么是文字。"),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.template_id}.{self.number}"
