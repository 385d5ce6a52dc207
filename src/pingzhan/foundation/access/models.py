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
