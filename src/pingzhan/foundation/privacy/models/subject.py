"""Whose data is sealed, with which key, and which look-up key is in force."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Subject(models.Model):
    """One person whose data is sealed with a key of his own.

    ``wrapped`` is that key, sealed with the master key named by ``master``. Destroying it (a database rule
    refuses to bring it back) makes everything sealed for the person unreadable, wherever a copy lies. This
    table is never tracked in the row history, which would keep the destroyed key.
    """

    kind = models.TextField(_("类别"))
    wrapped = models.BinaryField(_("封存的密钥"), null=True)
    master = models.TextField(_("主密钥编号"))
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    erased_at = models.DateTimeField(_("销毁时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("个人信息主体")
        verbose_name_plural = _("个人信息主体")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["master", "id"], name="subject_by_master", condition=Q(wrapped__isnull=False)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=True, erased_at__isnull=False)
                | Q(wrapped__isnull=False, erased_at__isnull=True),
                name="subject_key_or_erased",
                violation_error_message=_("个人信息主体要么有密钥，要么已销毁。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind=""),
                name="subject_kind_given",
                violation_error_message=_("个人信息主体的类别不能为空。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class LookupKey(models.Model):
    """Which look-up key the digests and tokens in the tables were made with; one row at most, id only.

    Without a row it is the one that the key ring names.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    key = models.TextField(_("查找密钥编号"))
    since = models.DateTimeField(_("启用时间"), db_default=Now())

    class Meta:
        verbose_name = _("查找密钥")
        verbose_name_plural = _("查找密钥")
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1) & ~Q(key=""),
                name="lookup_key_single",
                violation_error_message=_("只能有一个启用的查找密钥。"),
            )
        ]

    def __str__(self) -> str:
        return self.key
