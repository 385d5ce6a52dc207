"""The outbox table."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class NoticeState(models.TextChoices):
    """How far a notice has come. ``sent``: a channel took it; ``delivered``: it lies in the inbox."""

    QUEUED = "queued", _("待发")
    LEASED = "leased", _("发送中")
    SENT = "sent", _("已发出")
    DELIVERED = "delivered", _("已送达")
    READ = "read", _("已读")
    FAILED = "failed", _("待重发")
    DEAD = "dead", _("发送失败")


class NoticeChannel(models.TextChoices):
    """The ways that need no setting up; any other value is the key of a channel.

    ``auto``: by the recipient's contacts, in his order, over whatever channel works; else inside the application.
    """

    AUTO = "auto", _("按联系方式")
    IN_APP = "in_app", _("站内通知")
    CONSOLE = "console", _("控制台")


class Priority(models.IntegerChoices):
    """What goes first; anything between is allowed. The lower goes first."""

    COMMAND = 0, _("命令")
    URGENT = 2, _("紧急")
    NORMAL = 5, _("一般")
    BULK = 9, _("群发")


EXPRESS = Priority.URGENT
"""Up to this priority a notice goes round the queue and ignores quiet hours."""


class Notice(models.Model):
    """One notice to one recipient (reference/command.md section 9).

    ``channel`` is the way asked for, ``via`` the key of the channel it was last routed to, so that a waiting
    notice is not looked at again while that channel is busy. ``number`` is the same at every try.

    ``recipient`` is the id of a domain person, without a foreign key because the foundation does not know
    persons; ``account`` is that person's account when there is one. ``dedupe`` is unique, so writing the same
    notice twice sends it once. ``lease_until`` is set exactly while a sender holds it; ``next_at`` is the
    earliest moment of the next try.

    ``batch`` is the id of the first of the notices that leave with this one in one call to a channel that takes
    many recipients, 0 when it is to go alone from now on. It is written before the call, so that a call repeated
    after a crash has the same number and the same recipients.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    dedupe = models.CharField(_("去重键"), max_length=200, unique=True)
    recipient = models.BigIntegerField(_("收件人编号"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("收件账号"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )
    kind = models.CharField(_("类别"), max_length=40)
    wave = models.IntegerField(_("批次"), default=0)
    priority = models.SmallIntegerField(
        _("优先级"), default=Priority.NORMAL, db_default=Priority.NORMAL.value
    )
    unit_path = models.TextField(_("范围"), default="/", db_default="/")
    channel = models.CharField(_("渠道"), max_length=40)
    via = models.CharField(_("实际渠道"), max_length=40, blank=True, default="", db_default="")
    title = models.TextField(_("标题"))
    subject_kind = models.CharField(_("对象类别"), max_length=40)
    subject_id = models.BigIntegerField(_("对象编号"))
    state = models.CharField(
        _("状态"), max_length=10, choices=NoticeState.choices, default=NoticeState.QUEUED
    )
    lease_until = models.DateTimeField(_("占用到"), null=True, blank=True)
    next_at = models.DateTimeField(_("下次发送"), db_default=Now())
    tries = models.IntegerField(_("已试次数"), default=0)
    provider_id = models.CharField(_("发送回执号"), max_length=200, blank=True, default="")
    last_error = models.TextField(_("上次错误"), blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    batch = models.BigIntegerField(_("同次发送"), null=True, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["priority", "wave", "id"],
                name="notice_waiting",
                condition=Q(state__in=["queued", "failed", "leased"]),
            ),
            models.Index(
                fields=["batch"],
                name="notice_together",
                condition=Q(batch__gt=0, state__in=["queued", "failed", "leased"]),
            ),
            models.Index(fields=["-id"], name="notice_troubled", condition=Q(state__in=["failed", "dead"])),
            models.Index(fields=["account", "-id"], name="notice_inbox", condition=Q(account__isnull=False)),
            models.Index(fields=["subject_kind", "subject_id"], name="notice_subject"),
            models.Index(fields=["recipient", "-id"], name="notice_recipient"),
            models.Index(fields=["provider_id"], name="notice_receipt", condition=~Q(provider_id="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values),
                name="notice_state_known",
                violation_error_message=_("通知状态不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(channel=""),
                name="notice_channel_given",
                violation_error_message=_("通知要写明渠道。"),
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=0, priority__lte=9),
                name="notice_priority",
                violation_error_message=_("优先级是 0 至 9。"),
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_until__isnull=True)),
                name="notice_lease_paired",
                violation_error_message=_("只有发送中的通知有占用时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "delivered", "read"], sent_at__isnull=False)
                | (~Q(state__in=["sent", "delivered", "read"]) & Q(sent_at__isnull=True)),
                name="notice_sent_paired",
                violation_error_message=_("发出的通知都有发出时间，没有发出的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(state="read", read_at__isnull=False)
                | (~Q(state="read") & Q(read_at__isnull=True)),
                name="notice_read_paired",
                violation_error_message=_("已读的通知都有阅读时间，未读的没有。"),
            ),
            models.CheckConstraint(
                condition=Q(tries__gte=0),
                name="notice_tries",
                violation_error_message=_("已试次数不能为负。"),
            ),
            models.CheckConstraint(
                condition=~Q(dedupe="") & ~Q(title=""),
                name="notice_complete",
                violation_error_message=_("通知要有去重键和标题。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    together = False
    """Whether the words are asked for a call to many, where nothing personal can be said. Not stored."""

    @property
    def number(self) -> str:
        """Return the number the other side sees, the same at each try."""
        return f"PZ{self.pk}"
