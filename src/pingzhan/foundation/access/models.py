"""Role grants."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.roles import ROLES, Role
from pingzhan.foundation.audit.history import tracked

ROLE_CHOICES = [(role.value, ROLES[role].label) for role in Role]


@tracked()
class RoleGrant(models.Model):
    """An account holds a role for one unit and everything below it.

    ``unit_path`` is the path of a territory unit ('/1/3/'), '/' for the whole zone. ``granted_by`` is empty
    for grants made by the system itself (first administrator, demo zone).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("账号"), on_delete=models.CASCADE, related_name="grants"
    )
    role = models.CharField(_("角色"), max_length=40, choices=ROLE_CHOICES)
    unit_path = models.TextField(_("范围"), default="/")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("授权人"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("授权时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("角色授权")
        verbose_name_plural = _("角色授权")
        ordering = ["user_id", "role", "unit_path"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit_path"],
                name="rolegrant_once",
                violation_error_message=_("这个账号在这个范围内已有这个角色。"),
            ),
            models.CheckConstraint(
                condition=Q(unit_path__startswith="/") & Q(unit_path__endswith="/"),
                name="rolegrant_path",
                violation_error_message=_("授权范围应以 / 开头和结尾。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.unit_path}"


@tracked(exclude=["token_sha"])
class Invitation(models.Model):
    """An offer of an account with one role, bound to a person; used once, by a link or its QR code.

    Three people stand behind it: who proposed it, who may hand out the role and agreed, and who opened the
    account by issuing the link (access.invitations). ``person_id`` is the organisation's person, without a
    foreign key because the foundation does not know persons. Only the hash of the token is stored.
    """

    name = models.CharField(_("姓名"), max_length=60)
    username = models.CharField(_("用户名"), max_length=60)
    person_id = models.BigIntegerField(_("对应人员"), null=True, blank=True)
    role = models.CharField(_("角色"), max_length=40, choices=ROLE_CHOICES)
    unit_path = models.TextField(_("范围"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("同意时间"), null=True, blank=True)
    token_sha = models.CharField(max_length=64, null=True, blank=True, unique=True)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(token_sha__isnull=True) | Q(approved_at__isnull=False, expires_at__isnull=False),
                name="invitation_approved_first",
                violation_error_message=_("邀请须先经同意才能发放链接。"),
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_paired",
                violation_error_message=_("使用时间和使用人要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(used_at__isnull=True),
                name="invitation_one_end",
                violation_error_message=_("用过的邀请不能撤回。"),
            ),
            models.UniqueConstraint(
                fields=["person_id", "role", "unit_path"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True, person_id__isnull=False),
                name="invitation_open_once",
                violation_error_message=_("这名人员已有一份同样的邀请。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class DeviceKind(models.TextChoices):
    """What a phone is used for; a laboratory's programs hold a token in the same way."""

    SAMPLING = "sampling", _("采样")
    GATE = "gate", _("门岗")
    LABORATORY = "laboratory", _("实验室接口")


@tracked(exclude=["enrol_sha", "token_sha", "seen_at"])
class Device(models.Model):
    """A phone that works without a sign-in: bound to one unit, for a time, until it is revoked.

    It is enrolled by a QR code that is valid for ten minutes and once; then it holds a token of its own,
    whose hash is stored here (front.md section 10). Hashes and the moment of the last use have no history.
    """

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("用途"), max_length=20, choices=DeviceKind.choices)
    unit_path = models.TextField(_("范围"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("发放时间"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("到期时间"))
    enrol_sha = models.CharField(max_length=64, null=True, blank=True, unique=True)
    enrol_until = models.DateTimeField(_("登记期限"), null=True, blank=True)
    token_sha = models.CharField(max_length=64, null=True, blank=True, unique=True)
    enrolled_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    seen_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_path__startswith="/") & Q(unit_path__endswith="/") & ~Q(unit_path="/"),
                name="device_bound",
                violation_error_message=_("设备必须绑定到一个单位。"),
            ),
            models.CheckConstraint(
                condition=Q(token_sha__isnull=True) | Q(enrolled_at__isnull=False, enrol_sha__isnull=True),
                name="device_enrolled_once",
                violation_error_message=_("登记码只能用一次。"),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(token_sha__isnull=True, enrol_sha__isnull=True),
                name="device_revoked_has_no_token",
                violation_error_message=_("已停用的设备不再有令牌。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DeviceKind.values),
                name="device_kind_known",
                violation_error_message=_("设备用途不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
