"""What the self-query keeps: who asked for a code, the codes people carry, and who has just read his own result."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening.enums import OwnWay


class OwnAsk(models.Model):
    """Somebody asked for a code with a document number and a name, whether or not we know anybody of that kind.

    The page writes the same row for everybody; the worker looks who it is, empties both digests (``settled_at``) and
    sends the code to the phone on record. The code is computed from ``mark`` and stored nowhere. ``tries`` are codes
    typed in for it.
    """

    mark = models.UUIDField(_("标记"), default=uuid.uuid4, editable=False)
    id_digest = models.BinaryField(_("证件号码摘要"), null=True, editable=False)
    name_digest = models.BinaryField(_("姓名摘要"), null=True, editable=False)
    individual = models.ForeignKey(
        Individual, verbose_name=_("个人"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField(_("提出时间"), db_default=Now())
    settled_at = models.DateTimeField(_("处理时间"), null=True)
    used_at = models.DateTimeField(_("使用时间"), null=True)
    tries = models.PositiveSmallIntegerField(_("已试次数"), default=0)

    class Meta:
        verbose_name = _("查询验证码")
        verbose_name_plural = _("查询验证码")
        indexes = [
            models.Index(fields=["id"], name="own_ask_waiting", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["asked_at"], name="own_ask_old"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(id_digest__isnull=True, name_digest__isnull=True),
                name="own_ask_emptied",
                violation_error_message=_("处理过的请求不保留摘要。"),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OwnKey(models.Model):
    """The code a person carries to see his own result. Only its hash is stored; a new one replaces it."""

    individual = models.OneToOneField(
        Individual, verbose_name=_("个人"), primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    sha = models.TextField(_("查询码摘要"), unique=True, editable=False)
    issued_at = models.DateTimeField(_("发放时间"), db_default=Now())
    expires_at = models.DateTimeField(_("失效时间"))

    class Meta:
        verbose_name = _("本人查询码")
        verbose_name_plural = _("本人查询码")

    def __str__(self) -> str:
        return f"#{self.pk}"


class OwnRead(models.Model):
    """Somebody has read his own result: waits here for the trail, for a few seconds (see actions.asking).

    The table is unlogged, so that a read costs no waiting for the disk.
    """

    individual_id = models.BigIntegerField(_("个人编号"))
    at = models.DateTimeField(_("时间"), db_default=Now())
    way = models.TextField(_("方式"), choices=OwnWay.choices)

    class Meta:
        verbose_name = _("本人查询记录")
        verbose_name_plural = _("本人查询记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=OwnWay.values),
                name="own_read_way",
                violation_error_message=_("查询方式不对。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.individual_id} {self.way}"
