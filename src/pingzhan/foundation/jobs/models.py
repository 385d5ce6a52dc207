"""Heartbeats of the periodic loops."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoopBeat(models.Model):
    """When a periodic loop last ran and how it went; the health block turns red when it is silent.

    ``seconds`` is the loop's period; ``failures`` counts failed runs in a row.
    """

    name = models.CharField(_("名称"), max_length=80, unique=True)
    seconds = models.FloatField(_("周期（秒）"))
    last_at = models.DateTimeField(_("上次运行"))
    last_ok_at = models.DateTimeField(_("上次成功"), null=True, blank=True)
    last_error = models.TextField(_("上次错误"), blank=True, default="")
    failures = models.IntegerField(_("连续失败次数"), default=0)

    class Meta:
        verbose_name = _("循环任务")
        verbose_name_plural = _("循环任务")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
