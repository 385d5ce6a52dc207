"""The running log of the duty desk (ICS 214): one line each, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.models import Unit


class LogLines(models.QuerySet["LogLine"]):
    """Lines by the moment each speaks of: the time on the paper, else that of the entry."""

    def since(self, moment: datetime) -> Self:
        """Return the lines from a moment on."""
        return self.filter(Q(paper_at__gte=moment) | Q(paper_at__isnull=True, at__gte=moment))

    def before(self, moment: datetime) -> Self:
        """Return the lines before a moment."""
        return self.filter(Q(paper_at__lt=moment) | Q(paper_at__isnull=True, at__lt=moment))

    def in_order(self) -> Self:
        """Return the lines as things happened."""
        return self.order_by(Coalesce("paper_at", "at"), "pk")


class LogLine(models.Model):
    """What somebody at the desk wrote down. Append-only: a database trigger refuses change and deletion.

    The text may name people, so it lives here and not in the hash chain, which holds only its hash.
    ``at`` is when the line was entered. ``paper_at`` is the time on the paper of a line written by hand while
    the system could not be reached; None for all others.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("内容"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("记录人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    paper_at = models.DateTimeField(_("纸上记录的时间"), null=True, blank=True)

    objects = LogLines.as_manager()

    class Meta:
        verbose_name = _("值班日志")
        verbose_name_plural = _("值班日志")
        ordering = ["-id"]
        indexes = [models.Index(fields=["world", "zone", "-id"], name="logline_zone")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(by_name=""),
                name="logline_complete",
                violation_error_message=_("值班日志要有内容和记录人。"),
            ),
            models.CheckConstraint(
                condition=Q(paper_at__isnull=True) | Q(paper_at__lte=F("at")),
                name="logline_paper_before",
                violation_error_message=_("纸上记录的时间不能晚于现在。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def happened(self) -> datetime:
        """The moment the line speaks of."""
        return self.paper_at or self.at
