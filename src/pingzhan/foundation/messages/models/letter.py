"""A notice written by a person, sent to many."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import tracked


@tracked(exclude=["title", "body", "key"])
class Letter(models.Model):
    """The words that many notices share; to whom is told by the notices.

    ``key`` is made with the form, so that one form sent twice is one letter. ``unreached`` are the ids of
    those it was meant for who could not be reached by any way; no notice was written for them.
    """

    key = models.UUIDField(
        _("表单编号"), default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True
    )
    title = models.CharField(_("标题"), max_length=80)
    body = models.TextField(_("正文"), blank=True, default="")
    audience = models.TextField(_("发给"), blank=True, default="")
    unit_path = models.TextField(_("范围"), default="/")
    priority = models.SmallIntegerField(_("优先级"), default=5)
    recipients = models.IntegerField(_("收件人数"), default=0)
    unreached = models.JSONField(
        _("没有可用渠道的人"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("拟发账号"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    by_name = models.TextField(_("拟发人"))
    created_at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("群发通知")
        verbose_name_plural = _("群发通知")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="letter_titled", violation_error_message=_("通知要有标题。")
            )
        ]

    def __str__(self) -> str:
        return self.title
