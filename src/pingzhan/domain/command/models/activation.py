"""Orders in force: activations, the locked state of each scope, who commands, the broadcast to workers."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import BasisKind, EndKind, Posture
from pingzhan.domain.command.models.duties import DutyVersion, PolicyVersion
from pingzhan.domain.organisation.models import Person, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.kernel.levels import Level


@tracked()
class Activation(models.Model):
    """An emergency order for a unit and everything below it, open until it is replaced or stood down.

    ``key`` makes an order repeatable without effect; ``request_sha`` tells a repeat from another order under
    the same key; ``end_key`` and ``end_sha`` do the same for the stand-down. ``run`` is the first activation
    of an unbroken emergency of this scope: refusals and manual changes last for the run, so a change of level
    does not undo them. ``hazard`` is the key of what the emergency is about, by which measures are found; empty
    in rows older than it stands for the default. The versions are frozen: what is published later changes
    nothing here.
    """

    key = models.TextField(_("命令编号"))
    request_sha = models.TextField()
    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="activations"
    )
    epoch = models.PositiveIntegerField(_("次数"))
    run = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )
    posture_from = models.TextField(_("原状态"), choices=Posture.choices)
    level_from = models.PositiveSmallIntegerField(_("原等级"), null=True, blank=True)
    posture_to = models.TextField(_("新状态"), choices=Posture.choices, default=Posture.EMERGENCY)
    level = models.PositiveSmallIntegerField(_("等级"))
    structure_version = models.ForeignKey(
        StructureVersion, verbose_name=_("组织架构版本"), on_delete=models.PROTECT, related_name="+"
    )
    duty_version = models.ForeignKey(
        DutyVersion, verbose_name=_("职责清单版本"), on_delete=models.PROTECT, related_name="+"
    )
    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("催办规则版本"), on_delete=models.PROTECT, related_name="+"
    )
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ordered_by_name = models.TextField(_("下令人"))
    recorded_by_name = models.TextField(_("记录人"))
    basis_kind = models.TextField(_("依据种类"), choices=BasisKind.choices, default=BasisKind.DOCUMENT)
    basis = models.TextField(_("依据"))
    reason = models.TextField(_("事由"))
    hazard = models.TextField(_("风险种类"), default="", db_default="")
    signal_ids = ArrayField(models.BigIntegerField(), verbose_name=_("信号"), default=list, blank=True)
    at = models.DateTimeField(_("下令时间"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_by_name = models.TextField(_("解除人"), blank=True, default="")
    end_kind = models.TextField(_("解除方式"), choices=EndKind.choices, blank=True, default="")
    end_reason = models.TextField(_("解除事由"), blank=True, default="")
    end_key = models.TextField(_("解除命令编号"), null=True, blank=True)
    end_sha = models.TextField(blank=True, default="")
    preview_sha = models.TextField(_("预演校验值"), blank=True, default="")
    counts = models.JSONField(_("数量"), default=dict)

    class Meta:
        verbose_name = _("平战转换命令")
        verbose_name_plural = _("平战转换命令")
        ordering = ["-id"]
        indexes = [models.Index(fields=["world", "zone", "-id"], name="activation_zone")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="activation_key", violation_error_message=_("这个命令编号已经用过。")
            ),
            models.UniqueConstraint(
                fields=["end_key"],
                name="activation_end_key",
                violation_error_message=_("这个解除命令编号已经用过。"),
            ),
            models.UniqueConstraint(
                fields=["world", "unit", "epoch"],
                name="activation_epoch",
                violation_error_message=_("该范围的这一次命令已经存在。"),
            ),
            models.UniqueConstraint(
                fields=["world", "unit"],
                condition=Q(ended_at__isnull=True),
                name="activation_one_open",
                violation_error_message=_("该范围已有一道有效的命令。"),
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level]) & Q(posture_to=Posture.EMERGENCY),
                name="activation_level",
                violation_error_message=_("等级只能是Ⅰ级至Ⅳ级。"),
            ),
            models.CheckConstraint(
                condition=Q(posture_from=Posture.ROUTINE, level_from__isnull=True)
                | Q(posture_from=Posture.EMERGENCY, level_from__range=(1, 4)),
                name="activation_from",
                violation_error_message=_("原状态与原等级不符。"),
            ),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(reason="") & ~Q(basis="") & ~Q(ordered_by_name=""),
                name="activation_complete",
                violation_error_message=_("命令要有编号、事由、依据和下令人。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_kind="", ended_by_name="")
                | (
                    Q(ended_at__isnull=False)
                    & Q(ended_at__gte=F("at"))
                    & Q(end_kind__in=EndKind.values)
                    & ~Q(ended_by_name="")
                ),
                name="activation_end_paired",
                violation_error_message=_("解除时间、方式和解除人要么都有，要么都没有。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {Level(self.level).roman}"

    @property
    def run_key(self) -> str:
        """Return the name of the unbroken emergency this activation belongs to, as seats store it."""
        return f"a{self.run_id or self.pk}"


@tracked()
class ScopeState(models.Model):
    """The row that every change of a scope locks: its epoch and its open activation, if any."""

    world = models.IntegerField(default=0)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField(default=0)
    activation = models.ForeignKey(
        Activation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_by_name = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("范围状态")
        verbose_name_plural = _("范围状态")
        constraints = [
            models.UniqueConstraint(
                fields=["world", "unit"],
                name="scopestate_once",
                violation_error_message=_("该范围已有状态。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.world}/{self.unit_id}:{self.epoch}"


@tracked()
class CommandTenure(models.Model):
    """Who commands a scope over a period; ``acting`` until the principal has confirmed his post.

    ``upper`` is 提级指挥: somebody of the level above commands by name, whatever the posts say, until he hands
    back or the emergency of the scope ends; the scope's own commander is his deputy meanwhile.
    """

    world = models.IntegerField(default=0)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="tenures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    acting = models.BooleanField(_("代行"), default=False)
    upper = models.BooleanField(_("提级指挥"), default=False)
    started_at = models.DateTimeField(_("起"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("止"), null=True, blank=True)
    handover_note = models.TextField(_("交接说明"), blank=True, default="")

    class Meta:
        verbose_name = _("指挥任期")
        verbose_name_plural = _("指挥任期")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "unit"],
                condition=Q(ended_at__isnull=True),
                name="tenure_one_commander",
                violation_error_message=_("同一范围同一时刻只能有一名指挥人。"),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="tenure_period",
                violation_error_message=_("任期的结束时间应晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(upper=False) | Q(acting=False),
                name="tenure_upper_not_acting",
                violation_error_message=_("提级指挥的人不是代行。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.person_id}"


class Broadcast(models.Model):
    """One row for all workers of a scope; the fan-out walks ``cursor`` through them after commit."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="broadcasts")
    world = models.IntegerField(default=0)
    level = models.PositiveSmallIntegerField(_("等级"), null=True, blank=True)
    audience_query = models.TextField(_("对象"))
    cursor = models.BigIntegerField(_("进度"), default=0)
    total = models.PositiveIntegerField(_("人数"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("全员通告")
        verbose_name_plural = _("全员通告")
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="broadcast_open", condition=Q(done_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=Q(cursor__gte=0) & ~Q(audience_query=""),
                name="broadcast_complete",
                violation_error_message=_("全员通告要有对象。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.audience_query}"


class BroadcastCopy(models.Model):
    """The copy of a broadcast that lies ready for one worker: readable by himself, nothing is sent to him alone.

    ``reader`` is the id of a person of the register that the audience came from; the command module knows no
    workers, so there is no foreign key.
    """

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="copies", db_index=False)
    reader = models.BigIntegerField(_("收看人"))
    seen_at = models.DateTimeField(_("查看时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("全员通告的收看人")
        verbose_name_plural = _("全员通告的收看人")
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "broadcast"],
                name="broadcastcopy_once",
                violation_error_message=_("这名收看人已有这份通告。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.broadcast_id} -> {self.reader}"


class SwitchPreview(models.Model):
    """What a preview showed, so that an order tied to it can say what has changed since."""

    sha = models.TextField(primary_key=True)
    world = models.IntegerField(default=0)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    lines = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("预演")
        verbose_name_plural = _("预演")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.sha[:8]
