"""Channels a site has set up, and how each is doing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import tracked


@tracked()
class Channel(models.Model):
    """One way of sending with its settings.

    ``settings`` holds what may be shown; ``secrets`` is one sealed text with everything secret, under the key of
    ``subject`` (foundation.privacy). At most ``rate_count`` messages begin in ``rate_seconds``; no count means
    no throttle. In quiet hours priorities from ``quiet_priority`` wait. After ``trip_after`` faults in a row
    the channel is taken out of use and one message tries it again after ``probe_seconds``, then later and later.
    """

    key = models.CharField(_("代号"), max_length=40, unique=True)
    kind = models.CharField(_("种类"), max_length=20)
    label = models.CharField(_("名称"), max_length=60)
    enabled = models.BooleanField(_("启用"), default=False)
    order = models.SmallIntegerField(_("次序"), default=10)
    settings = models.JSONField(_("设置"), default=dict, blank=True)
    secrets = models.BinaryField(_("密文"), null=True, blank=True)
    subject = models.BigIntegerField(_("密钥编号"), null=True, blank=True)
    rate_count = models.PositiveIntegerField(_("每段最多条数"), null=True, blank=True)
    rate_seconds = models.PositiveIntegerField(_("每段秒数"), default=1)
    concurrency = models.PositiveSmallIntegerField(_("同时发送"), default=4)
    timeout_seconds = models.PositiveSmallIntegerField(_("超时（秒）"), default=10)
    trip_after = models.PositiveSmallIntegerField(_("连续故障几次后停用"), default=5)
    probe_seconds = models.PositiveIntegerField(_("停用后多久试探（秒）"), default=30)
    quiet_from = models.TimeField(_("免打扰开始"), null=True, blank=True)
    quiet_to = models.TimeField(_("免打扰结束"), null=True, blank=True)
    quiet_priority = models.PositiveSmallIntegerField(_("免打扰适用的优先级"), default=5)

    class Meta:
        verbose_name = _("通知渠道")
        verbose_name_plural = _("通知渠道")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(kind="") & ~Q(label=""),
                name="channel_named",
                violation_error_message=_("渠道要有代号、种类和名称。"),
            ),
            models.CheckConstraint(
                condition=~Q(key__in=["auto", "in_app", "console"]),
                name="channel_key_free",
                violation_error_message=_("这个代号是系统保留的。"),
            ),
            models.CheckConstraint(
                condition=Q(rate_seconds__gte=1, rate_seconds__lte=3600)
                & (Q(rate_count__isnull=True) | Q(rate_count__gte=1))
                & Q(concurrency__gte=1, concurrency__lte=32)
                & Q(timeout_seconds__gte=1, timeout_seconds__lte=25)
                & Q(trip_after__gte=1)
                & Q(quiet_priority__gte=3, quiet_priority__lte=9),
                name="channel_limits",
                violation_error_message=_("渠道的限速、并发、超时或免打扰级别超出范围。"),
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False) & ~Q(quiet_from=F("quiet_to")),
                name="channel_quiet_paired",
                violation_error_message=_("免打扰时间要同时填写开始和结束，两者不能相同。"),
            ),
            models.CheckConstraint(
                condition=Q(secrets__isnull=True) | Q(subject__isnull=False),
                name="channel_secret_sealed",
                violation_error_message=_("渠道的密文缺少密钥编号。"),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ChannelState(models.TextChoices):
    """How a channel is doing."""

    OK = "ok", _("正常")
    SLOW = "slow", _("缓慢")
    DOWN = "down", _("不通")


class ChannelHealth(models.Model):
    """What the senders know of a channel, shared by all of them; changes with every batch, so no history.

    ``failures``: faults in a row; ``opens``: how often in a row it was taken out of use; ``probe_at``: when one
    message may try again; ``slot_until``: up to when sending moments are already given out (the throttle).
    """

    channel = models.OneToOneField(
        Channel,
        verbose_name=_("渠道"),
        on_delete=models.CASCADE,
        related_name="health",
        primary_key=True,
    )
    state = models.CharField(_("状态"), max_length=5, choices=ChannelState.choices, default=ChannelState.OK)
    since = models.DateTimeField(_("自"), db_default=Now())
    failures = models.IntegerField(_("连续故障"), default=0)
    opens = models.IntegerField(_("连续停用次数"), default=0)
    probe_at = models.DateTimeField(_("试探时间"), null=True, blank=True)
    last_error = models.TextField(_("上次故障"), blank=True, default="")
    last_error_at = models.DateTimeField(_("上次故障时间"), null=True, blank=True)
    last_ok_at = models.DateTimeField(_("上次成功"), null=True, blank=True)
    latency_ms = models.IntegerField(_("平均耗时（毫秒）"), default=0)
    slot_until = models.DateTimeField(_("已排到"), db_default=Now())

    class Meta:
        verbose_name = _("渠道状况")
        verbose_name_plural = _("渠道状况")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ChannelState.values),
                name="channel_state_known",
                violation_error_message=_("渠道状况不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state="down", probe_at__isnull=False)
                | ~Q(state="down") & Q(probe_at__isnull=True),
                name="channel_probe_paired",
                violation_error_message=_("只有不通的渠道有试探时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state}"
