"""Published duty sets and escalation ladders; a switch freezes one of each, so they never change again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import (
    DutyRole,
    Evidence,
    Phase,
    Posture,
    StepAction,
    StepTarget,
    VersionState,
)
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked

SHA256 = "^[0-9a-f]{64}$"


@tracked()
class DutyVersion(models.Model):
    """The duties of one structure version: the default set matched to its groups, and the groups' own clauses.

    ``sha256`` is taken over the sorted duty rows. The rows never change; a trigger refuses it.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="duty_versions"
    )
    structure_version = models.ForeignKey(
        StructureVersion, verbose_name=_("组织架构版本"), on_delete=models.PROTECT, related_name="+"
    )
    n = models.PositiveIntegerField(_("版次"))
    status = models.TextField(_("状态"), choices=VersionState.choices, default=VersionState.PUBLISHED)
    sha256 = models.TextField(_("校验值"))
    published_at = models.DateTimeField(_("发布时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("职责清单版本")
        verbose_name_plural = _("职责清单版本")
        ordering = ["zone_id", "-n"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "n"], name="dutyversion_n_unique", violation_error_message=_("版次重复。")
            ),
            models.UniqueConstraint(
                fields=["structure_version"],
                condition=Q(status=VersionState.PUBLISHED),
                name="dutyversion_one_published",
                violation_error_message=_("这一版组织架构已有现行职责清单。"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionState.values) & Q(sha256__regex=SHA256),
                name="dutyversion_complete",
                violation_error_message=_("职责清单要有状态和校验值。"),
            ),
        ]

    def __str__(self) -> str:
        return _("职责清单第 %(n)d 版") % {"n": self.n}


class Duty(models.Model):
    """One duty of a post (``post_code``) or of a role in a group (``group_code`` with ``role``).

    ``due_offset_min`` are minutes after the seat was opened, empty for a standing duty. ``level_at_least`` 2
    means in force at levels I and II. ``clause`` names the clause of the notice it comes from.
    """

    version = models.ForeignKey(DutyVersion, on_delete=models.CASCADE, related_name="duties")
    code = models.TextField(_("代码"))
    post_code = models.TextField(_("岗位代码"), blank=True, default="")
    group_code = models.TextField(_("工作组代码"), blank=True, default="")
    role = models.TextField(_("角色"), choices=DutyRole.choices, blank=True, default=DutyRole.ANY)
    posture = models.TextField(_("状态"), choices=Posture.choices)
    level_at_least = models.PositiveSmallIntegerField(_("启用等级"), default=4)
    phase = models.TextField(_("阶段"), choices=Phase.choices)
    title = models.TextField(_("任务"))
    due_offset_min = models.PositiveIntegerField(_("时限（分钟）"), null=True, blank=True)
    evidence = models.TextField(_("反馈要求"), choices=Evidence.choices, default=Evidence.NONE)
    critical = models.BooleanField(_("关键任务"), default=False)
    clause = models.TextField(_("出处"))

    class Meta:
        verbose_name = _("职责")
        verbose_name_plural = _("职责")
        ordering = ["version_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="duty_code_unique",
                violation_error_message=_("本版中已有这一职责代码。"),
            ),
            models.CheckConstraint(
                condition=Q(posture=Posture.ROUTINE, phase=Phase.STANDING)
                | (Q(posture=Posture.EMERGENCY) & Q(phase__in=Phase.values) & ~Q(phase=Phase.STANDING)),
                name="duty_phase_fits",
                violation_error_message=_("平时职责没有阶段，战时职责必须有阶段。"),
            ),
            models.CheckConstraint(
                condition=Q(level_at_least__range=(1, 4)),
                name="duty_level_range",
                violation_error_message=_("启用等级只能是Ⅰ级至Ⅳ级。"),
            ),
            models.CheckConstraint(
                condition=(~Q(post_code="") | ~Q(group_code="")) & ~Q(title="") & ~Q(clause=""),
                name="duty_complete",
                violation_error_message=_("职责要有岗位或工作组、标题和出处。"),
            ),
            models.CheckConstraint(
                condition=Q(role__in=DutyRole.values) & Q(evidence__in=Evidence.values),
                name="duty_choices",
                violation_error_message=_("职责的角色或反馈要求不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class PolicyVersion(models.Model):
    """One edition of the escalation ladder (command.md section 8)."""

    n = models.PositiveIntegerField(_("版次"), unique=True)
    status = models.TextField(_("状态"), choices=VersionState.choices, default=VersionState.PUBLISHED)
    published_at = models.DateTimeField(_("发布时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("催办规则版本")
        verbose_name_plural = _("催办规则版本")
        ordering = ["-n"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=VersionState.PUBLISHED),
                name="policy_one_published",
                violation_error_message=_("已有一版现行催办规则。"),
            ),
        ]

    def __str__(self) -> str:
        return _("催办规则第 %(n)d 版") % {"n": self.n}


@tracked()
class Step(models.Model):
    """One rung of the ladder: what happens ``after_sec`` seconds after a seat was opened and not confirmed."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="steps")
    posture = models.TextField(_("状态"), choices=Posture.choices)
    n = models.PositiveSmallIntegerField(_("次序"))
    after_sec = models.PositiveIntegerField(_("秒数"))
    action = models.TextField(_("动作"), choices=StepAction.choices)
    channel_set = models.TextField(_("渠道"), blank=True, default="")
    target = models.TextField(_("对象"), choices=StepTarget.choices)

    class Meta:
        verbose_name = _("催办步骤")
        verbose_name_plural = _("催办步骤")
        ordering = ["version_id", "posture", "n"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "posture", "n"],
                name="step_n_unique",
                violation_error_message=_("步骤次序重复。"),
            ),
            models.CheckConstraint(
                condition=Q(action__in=StepAction.values)
                & Q(target__in=StepTarget.values)
                & Q(posture__in=Posture.values)
                & Q(after_sec__gt=0),
                name="step_complete",
                violation_error_message=_("步骤的动作、对象或时间不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after_sec} s {self.action}"
