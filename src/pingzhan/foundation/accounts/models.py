"""Accounts and the one-time link for the first administrator."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.accounts.passwords import REMEMBERED
from pingzhan.foundation.audit.history import tracked


class UserManager(BaseUserManager["User"]):
    """Makes accounts; there is no superuser."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Store and return an account; without a password nobody can sign in to it by password."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.save(using=self._db)
        return user


@tracked(exclude=["password", "password_at", "last_login"])
class User(AbstractBaseUser):
    """One person's account. What it may do is said by role grants (foundation.access), never by flags here.

    ``is_demo`` marks an invented persona of the demo zone, which signs in without a password in demo mode.
    """

    username = models.CharField(
        _("用户名"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.@+-]+\Z", _("用户名只能用字母、数字、汉字和 . @ + - _。"))],
        error_messages={"unique": _("这个用户名已有人使用。")},
    )
    name = models.CharField(_("姓名"), max_length=60, blank=True, default="")
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    is_demo = models.BooleanField(_("演示人物"), default=False)
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    password_at = models.DateTimeField(_("密码设置时间"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(username=""),
                name="user_named",
                violation_error_message=_("用户名不能为空。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """Return the display name."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """Return the display name."""
        return self.get_full_name()

    def note_password(self) -> None:
        """Remember the hash of the present password and when it was set; forget the oldest ones.

        Called by passwords.HistoryValidator whenever a new password is saved.
        """
        self.past_passwords.create(encoded=self.password)
        kept = self.past_passwords.order_by("-id").values("pk")[:REMEMBERED]
        self.past_passwords.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
        type(self).objects.filter(pk=self.pk).update(password_at=Now())


class PastPassword(models.Model):
    """The hash of a password that may not be used again soon; the last five are kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="past_passwords")
    encoded = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("用过的密码")
        verbose_name_plural = _("用过的密码")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} #{self.pk}"


class SignIn(models.Model):
    """One sign-in, or one that failed; an open one is a session. Kept for 180 days.

    ``user`` is empty when nobody has the user name that was typed; what was typed is not kept here. ``factor``
    is the second factor used, empty without one. ``session_key`` names the session while it is open and is
    emptied when it ends. CSL 23(3) asks to keep network logs for at least six months.
    """

    user = models.ForeignKey(
        User, verbose_name=_("账号"), null=True, blank=True, on_delete=models.CASCADE, related_name="sign_ins"
    )
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    ok = models.BooleanField(_("成功"), default=True)
    way = models.CharField(_("方式"), max_length=20, default="password")
    factor = models.CharField(_("第二因素"), max_length=20, blank=True, default="")
    address = models.GenericIPAddressField(_("地址"), null=True, blank=True)
    browser = models.CharField(_("浏览器"), max_length=80, blank=True, default="")
    session_key = models.CharField(max_length=40, null=True, blank=True, unique=True)
    seen_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ended_by = models.CharField(_("结束原因"), max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("登录记录")
        verbose_name_plural = _("登录记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="signin_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(session_key__isnull=True) | Q(ok=True, ended_at__isnull=True, user__isnull=False),
                name="signin_open_session",
                violation_error_message=_("失败的或已结束的登录没有会话。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="signin_end_paired",
                violation_error_message=_("结束时间和结束原因要么都有，要么都没有。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(exclude=["token_sha"])
class SetupLink(models.Model):
    """A one-time link to set a password. Only the hash of its token is stored.

    ``user`` is whose password it sets; empty for the link that makes the first administrator.
    """

    token_sha = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="setup_links"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("一次性设置链接")
        verbose_name_plural = _("一次性设置链接")
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="setuplink_used_paired",
                violation_error_message=_("使用时间和使用人要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="setuplink_lasts",
                violation_error_message=_("链接的失效时间应晚于建立时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SharedValue(models.Model):
    """A value of the cache that all processes share (accounts.shared): counts of attempts, kept for minutes.

    The key is a hash, so an address or a user name that was counted cannot be read here.
    """

    key_sha = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("共用计数")
        verbose_name_plural = _("共用计数")

    def __str__(self) -> str:
        return self.key_sha[:8]
