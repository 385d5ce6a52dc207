"""Accounts and the one-time link for the first administrator."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

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


@tracked(exclude=["password", "last_login"])
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
