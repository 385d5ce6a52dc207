"""The table of photographs: what belongs to what, and the key of each sealed file."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.photos.images import JPEG, PNG
from pingzhan.foundation.privacy.models import Subject


class Photo(models.Model):
    """A photograph, sealed on disk; what it shows may be people, so only the readers of its owner open it.

    The owner is a row of another module, named by kind and number (``owners.register_owner``). Without
    ``sealed_key`` the file has been destroyed; that there was one, when and its hash, stays.
    """

    owner_kind = models.TextField(_("所属"))
    owner_id = models.BigIntegerField(_("所属编号"))
    n = models.PositiveSmallIntegerField(_("序号"))
    unit_path = models.TextField(_("单位"))
    name = models.UUIDField(_("文件名"), default=uuid4, unique=True, editable=False)
    media = models.TextField(_("格式"))
    size = models.PositiveIntegerField(_("大小"))
    sha256 = models.TextField(_("校验值"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    subject = models.ForeignKey(
        Subject, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sealed_key = models.BinaryField(_("封存的文件密钥"), null=True)

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        ordering = ["owner_kind", "owner_id", "n"]
        indexes = [
            models.Index(
                fields=["owner_kind", "at", "id"],
                name="photo_kept",
                condition=Q(sealed_key__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_id", "n"],
                name="photo_once",
                violation_error_message=_("这张照片已经在了。"),
            ),
            models.CheckConstraint(
                condition=Q(media__in=[JPEG, PNG]) & ~Q(owner_kind=""),
                name="photo_kind",
                violation_error_message=_("照片只能是 JPEG 或 PNG 格式。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_kind}/{self.owner_id}/{self.n}"

    @property
    def file_owner(self) -> str:
        """Return the name under which the file lies."""
        return f"photo/{self.name}"
