"""Measure sets, their versions, and the measures and parameters of each version."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.measures.enums import (
    PHASES,
    Decider,
    Evidence,
    Mark,
    Party,
    Severity,
    Subject,
    VersionState,
)
from pingzhan.domain.measures.models.guards import content_guard, version_guard
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked

KEY = r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$"
SHA256 = r"^[0-9a-f]{64}$"


def in_language(chinese: str, english: str) -> str:
    """Return the English words on an English page when there are any, else the Chinese ones."""
    return english if english and (get_language() or "").startswith("en") else chinese


@tracked()
class MeasureSet(models.Model):
    """What a zone holds against one hazard; the versions carry the content."""

    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+")
    key = models.TextField(_("代码"))
    hazard = models.TextField(_("风险种类"))
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("措施集")
        verbose_name_plural = _("措施集")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "key"],
                name="measureset_key_unique",
                violation_error_message=_("该开发区已有这个代码的措施集。"),
            ),
            models.CheckConstraint(
                condition=Q(key__regex=KEY) & Q(hazard__regex=KEY),
                name="measureset_keys",
                violation_error_message=_("措施集的代码和风险种类只能用小写字母、数字和短横。"),
            ),
        ]

    def __str__(self) -> str:
        return self.key


@tracked()
class SetVersion(models.Model):
    """One version of a set: a draft, then published and never changed again.

    ``sha256`` is the hash of its content, set at publication; equal content has an equal hash.
    """

    set = models.ForeignKey(MeasureSet, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField(_("版次"))
    state = models.TextField(_("状态"), choices=VersionState.choices, default=VersionState.DRAFT)
    title = models.TextField(_("名称"))
    title_en = models.TextField(_("英文名称"), blank=True, default="")
    source = models.TextField(_("来源"), blank=True, default="")
    note = models.TextField(_("修改说明"), blank=True, default="")
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    sha256 = models.TextField(blank=True, default="")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_by_name = models.TextField(_("起草人"))
    drafted_at = models.DateTimeField(_("起草时间"), db_default=Now(), editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_by_name = models.TextField(_("发布人"), blank=True, default="")
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("措施集版本")
        verbose_name_plural = _("措施集版本")
        ordering = ["set_id", "-n"]
        constraints = [
            models.UniqueConstraint(
                fields=["set", "n"], name="setversion_n_unique", violation_error_message=_("版次重复。")
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values) & ~Q(title="") & ~Q(drafted_by_name=""),
                name="setversion_complete",
                violation_error_message=_("措施集版本要有名称和起草人。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.PUBLISHED)
                | (Q(sha256__regex=SHA256) & Q(published_at__isnull=False) & ~Q(published_by_name="")),
                name="setversion_published",
                violation_error_message=_("发布的版本要有校验值、发布人和发布时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.PUBLISHED)
                | Q(drafted_by__isnull=True)
                | Q(published_by__isnull=True)
                | ~Q(drafted_by=F("published_by")),
                name="setversion_two_persons",
                violation_error_message=_("起草人不能发布自己起草的措施集。"),
            ),
        ]
        triggers = [version_guard()]

    def __str__(self) -> str:
        return _("%(title)s第 %(n)d 版") % {"title": self.label, "n": self.n}

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)


class _Content(models.Model):
    """What measures and parameters share: a version, an order, a key, words in two languages."""

    version = models.ForeignKey(SetVersion, on_delete=models.CASCADE, related_name="%(class)ss")
    sort = models.PositiveIntegerField(default=0)
    key = models.TextField(_("代码"))
    title = models.TextField(_("名称"))
    title_en = models.TextField(_("英文名称"), blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)


@tracked()
class Measure(_Content):
    """What must hold: for whom, how often, who answers, who watches, on which basis, shown by what.

    ``cadence`` is one tagged value (cadence.py); ``at`` holds other cadences from a level on: the one for the
    gravest level reached counts. ``phases`` are those in which the measure holds at all. ``parameters`` are
    keys of the same version; ``needs`` are marks of an enterprise, one of which it must have. ``reserved`` and
    ``class_a`` follow from the power it uses (powers.toml).
    """

    item = models.PositiveSmallIntegerField(_("指南条目"))
    clause = models.TextField(_("出处"))
    subject = models.TextField(_("对象"), choices=Subject.choices)
    cadence = models.JSONField(_("频次"))
    phases = ArrayField(models.TextField(), verbose_name=_("适用阶段"))
    at = models.JSONField(_("各等级的频次"), default=dict, blank=True)
    party = models.TextField(_("责任方"), choices=Party.choices)
    watching = models.TextField(_("督办工作组"))
    evidence = models.TextField(_("完成依据"), choices=Evidence.choices)
    severity = models.TextField(_("严重程度"), choices=Severity.choices, default=Severity.MAJOR)
    parameters = ArrayField(models.TextField(), verbose_name=_("参数"), default=list, blank=True)
    needs = ArrayField(models.TextField(), verbose_name=_("适用企业"), default=list, blank=True)
    workdays = models.BooleanField(_("只在工作日"), default=False)
    law = models.TextField(_("法律依据"), blank=True, default="")
    restricts = models.BooleanField(_("限制人员"), default=False)
    power = models.TextField(_("权限种类"), blank=True, default="")
    decider = models.TextField(_("决定机关"), choices=Decider.choices, default=Decider.EMPLOYER)
    scope = models.TextField(_("范围"), blank=True, default="")
    term_days = models.PositiveSmallIntegerField(_("最长期限（天）"), null=True, blank=True)
    reason = models.TextField(_("理由"), blank=True, default="")
    reserved = models.BooleanField(_("须由上级决定"), default=False)
    class_a = models.BooleanField(_("甲类措施"), default=False)

    class Meta(_Content.Meta):
        verbose_name = _("措施")
        verbose_name_plural = _("措施")
        ordering = ["version_id", "sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"],
                name="measure_key_unique",
                violation_error_message=_("本版中已有这个代码的措施。"),
            ),
            models.CheckConstraint(
                condition=Q(item__range=(0, 10))
                & ~Q(title="")
                & ~Q(clause="")
                & ~Q(watching="")
                & Q(key__regex=KEY)
                & Q(phases__contained_by=list(PHASES))
                & ~Q(phases=[]),
                name="measure_complete",
                violation_error_message=_("措施要有代码、名称、出处、督办工作组、条目和适用阶段。"),
            ),
            models.CheckConstraint(
                condition=Q(subject__in=Subject.values)
                & Q(party__in=Party.values)
                & Q(evidence__in=Evidence.values)
                & Q(severity__in=Severity.values)
                & Q(needs__contained_by=list(Mark.values))
                & Q(decider__in=Decider.values),
                name="measure_choices",
                violation_error_message=_("措施的对象、责任方、完成依据、严重程度或决定机关不对。"),
            ),
            models.CheckConstraint(
                condition=Q(reserved=False) | Q(restricts=True),
                name="measure_reserved_restricts",
                violation_error_message=_("须由上级决定的措施都按限制性措施办理。"),
            ),
        ]
        triggers = [content_guard("措施")]


@tracked()
class Parameter(_Content):
    """A number or word that measures use: value, unit, where it comes from, whether that was verified.

    ``at`` holds other values from a level on. A key may stand several times with days that do not overlap,
    because rules change: the row whose days contain the asked day counts (``valid_until`` is exclusive).
    """

    unit = models.TextField(_("单位"), blank=True, default="")
    value = models.JSONField(_("值"))
    at = models.JSONField(_("各等级的值"), default=dict, blank=True)
    source = models.TextField(_("来源"))
    verified = models.BooleanField(_("已核实"), default=False)
    valid_from = models.DateField(_("起用日期"), null=True, blank=True)
    valid_until = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta(_Content.Meta):
        verbose_name = _("参数")
        verbose_name_plural = _("参数")
        ordering = ["version_id", "sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key", "valid_from"],
                name="parameter_key_unique",
                nulls_distinct=False,
                violation_error_message=_("本版中这个参数在同一日期已有一个值。"),
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(source="") & Q(key__regex=r"^[a-z][a-z0-9_]*$"),
                name="parameter_complete",
                violation_error_message=_("参数要有代码、名称和来源。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gt=F("valid_from")),
                name="parameter_days",
                violation_error_message=_("参数的停用日期应晚于起用日期。"),
            ),
        ]
        triggers = [content_guard("参数")]
