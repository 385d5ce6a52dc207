"""Tables of returns: the list of key regions, the applications, and what was decided about each.

Where somebody was, whom he met and how he felt are tracks and health data: they are sealed with the worker's
own key, as one text for each application, and so are the reasons of a decision, which repeat them. Plain are
only what a list needs: the day, the county he comes from, state and outcome.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees.enums import (
    OPEN_STATES,
    DecidedBy,
    Declarer,
    IsolationPlace,
    Outcome,
    RegionLevel,
    State,
    Travel,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject

CODE = r"^[1-9]\d{5}(\d{3}){0,2}$"
"""A region code of GB/T 2260 (6 digits), of a street (9) or of a community (12)."""


def _same(expression: object) -> Func:
    """Return the range that holds only one whole number (no btree_gist on the floor)."""
    return Func(expression, expression, Value("[]"), function="int8range")


@tracked()
class Region(models.Model):
    """A region on a zone's list: at one level from ``begin`` until the day before ``end`` (half-open)."""

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="key_regions"
    )
    code = models.TextField(
        _("区划代码"), validators=[RegexValidator(CODE, _("区划代码应为 6、9 或 12 位数字。"))]
    )
    name = models.TextField(_("地区"))
    level = models.TextField(_("等级"), choices=RegionLevel.choices)
    begin = models.DateField(_("起"))
    end = models.DateField(_("止"), null=True, blank=True)
    source = models.TextField(_("依据"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("重点地区")
        verbose_name_plural = _("重点地区")
        indexes = [models.Index(fields=["zone", "end", "code"], name="region_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=CODE),
                name="region_code",
                violation_error_message=_("区划代码应为 6、9 或 12 位数字。"),
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("begin")),
                name="region_period",
                violation_error_message=_("结束日期应晚于开始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(level__in=RegionLevel.values),
                name="region_level_known",
                violation_error_message=_("地区等级不对。"),
            ),
            ExclusionConstraint(
                name="region_one_level",
                expressions=[
                    (_same(F("zone")), RangeOperators.OVERLAPS),
                    (_same(Cast("code", models.BigIntegerField())), RangeOperators.OVERLAPS),
                    (Func(F("begin"), F("end"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("同一地区同一时间只能有一个等级，请先结束原来的一条。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.level}"


class ZoneStand(models.Model):
    """What was in force in a zone when its open returns were last decided; locked while they are decided anew.

    ``orders`` names the open activations of the real world, ``measures`` the times in force, the restrictions and
    the parameters of limited validity (queries/standing.py). ``at`` is None before the first time.
    """

    zone = models.OneToOneField(
        Unit, verbose_name=_("开发区"), primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    orders = models.TextField(_("执行中的命令"), blank=True, default="")
    measures = models.TextField(_("执行中的措施"), blank=True, default="")
    at = models.DateTimeField(_("判定时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("返岗判定时的执行状况")
        verbose_name_plural = _("返岗判定时的执行状况")

    def __str__(self) -> str:
        return f"{self.zone_id}: {self.orders}; {self.measures}"


@tracked(exclude=["declared_sealed", "from_code", "from_name"])
class Application(models.Model):
    """Somebody wants to return to work on ``return_on``.

    ``declared_sealed`` holds what he declared and what was observed since, as one text (declared.py), sealed
    for ``subject``. ``outcome`` repeats the latest decision; a trigger keeps whoever may not work off the post.
    ``asked`` counts how often the form behind the link was sent. The history has no journeys: what is
    overwritten when the ledger's time is up must not stay there.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="returnees"
    )
    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, related_name="returns"
    )
    subject = models.ForeignKey(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="+"
    )
    return_on = models.DateField(_("返岗日期"))
    from_code = models.TextField(_("来自（区划代码）"), blank=True, default="")
    from_name = models.TextField(_("来自"), blank=True, default="")
    travel = models.TextField(_("返程方式"), choices=Travel.choices, blank=True, default="")
    declared_sealed = models.BinaryField(_("申报内容"), null=True, editable=False)
    declared_by = models.TextField(_("填报人"), choices=Declarer.choices, blank=True, default="")
    state = models.TextField(_("进度"), choices=State.choices, default=State.INVITED)
    outcome = models.TextField(_("判定"), choices=Outcome.choices, blank=True, default="")
    earliest = models.DateField(_("最早上岗日期"), null=True, blank=True)
    overridden = models.BooleanField(_("人工改判"), default=False)
    asked = models.PositiveSmallIntegerField(_("填报次数"), default=0)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    decided_at = models.DateTimeField(_("判定时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("返岗申请")
        verbose_name_plural = _("返岗申请")
        indexes = [
            models.Index(fields=["enterprise", "-return_on", "-id"], name="returnee_list"),
            models.Index(fields=["-return_on", "-id"], name="returnee_zone_list"),
            models.Index(fields=["closed_at"], name="returnee_kept", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employment"],
                name="returnee_one_open",
                condition=Q(state__in=OPEN_STATES),
                violation_error_message=_("这名职工已有一份未办结的返岗申请。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="returnee_state_known",
                violation_error_message=_("返岗进度不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.INVITED, State.WITHDRAWN]) | Q(outcome__in=Outcome.values),
                name="returnee_decided",
                violation_error_message=_("没有判定结果的返岗申请不能继续办理。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CLEARED, State.ON_POST]) | Q(outcome=Outcome.ADMIT),
                name="returnee_admitted_only",
                violation_error_message=_("判定为暂缓或隔离的职工不能上岗。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, closed_at__isnull=True)
                | Q(state__in=[State.ON_POST, State.WITHDRAWN], closed_at__isnull=False),
                name="returnee_closed",
                violation_error_message=_("办结时间与进度不符。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_post_against_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="on_post"),
                func="IF (SELECT d.outcome FROM returnees_decision d WHERE d.application_id = NEW.id"
                " ORDER BY d.id DESC LIMIT 1) IS DISTINCT FROM 'admit' THEN"
                " RAISE EXCEPTION '判定为暂缓或隔离的职工不能上岗。' USING ERRCODE = 'check_violation';"
                " END IF; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether the return is still under way."""
        return self.state in OPEN_STATES


class Decision(models.Model):
    """What was decided about an application; rows are only added, the latest one holds.

    ``version`` names the rules, ``reasons_sealed`` the reasons as the page shows them (decisions.py).
    ``listed`` counts the entries of the list of key regions as it stood, ``reason`` says why a person decided
    otherwise than the rules.
    """

    application = models.ForeignKey(
        Application, verbose_name=_("返岗申请"), on_delete=models.CASCADE, related_name="decisions"
    )
    by_rule = models.TextField(_("判定方式"), choices=DecidedBy.choices)
    day = models.DateField(_("判定的日期"))
    outcome = models.TextField(_("判定"), choices=Outcome.choices)
    ruled = models.TextField(_("规则的判定"), choices=Outcome.choices)
    version = models.TextField(_("规则版本"))
    listed = models.PositiveIntegerField(_("重点地区条数"), default=0)
    days = models.PositiveSmallIntegerField(_("还差隔离天数"), default=0)
    place = models.TextField(_("隔离方式"), choices=IsolationPlace.choices, blank=True, default="")
    tests = ArrayField(models.DateField(), verbose_name=_("检测日期"), default=list, blank=True)
    earliest = models.DateField(_("最早上岗日期"), null=True, blank=True)
    reasons_sealed = models.BinaryField(_("理由"), null=True, editable=False)
    reason = models.TextField(_("改判原因"), blank=True, default="")
    by_name = models.TextField(_("判定人"), blank=True, default="")
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("返岗判定")
        verbose_name_plural = _("返岗判定")
        indexes = [models.Index(fields=["application", "-id"], name="decision_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_rule__in=[DecidedBy.OVERRIDE, DecidedBy.KEPT]) | Q(outcome=F("ruled")),
                name="decision_as_ruled",
                violation_error_message=_("只有人工改判可以与规则的判定不同。"),
            ),
            models.CheckConstraint(
                condition=~Q(by_rule=DecidedBy.OVERRIDE) | ~Q(reason=""),
                name="decision_override_reason",
                violation_error_message=_("改判要写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values, ruled__in=Outcome.values),
                name="decision_outcome_known",
                violation_error_message=_("判定结果不对。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decision_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="IF to_jsonb(NEW) - 'reasons_sealed' IS DISTINCT FROM to_jsonb(OLD) - 'reasons_sealed'"
                " OR NEW.reasons_sealed IS NOT NULL THEN"
                " RAISE EXCEPTION '返岗判定只能追加，不能修改。' USING ERRCODE = 'restrict_violation';"
                " END IF; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="decision_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="RAISE EXCEPTION '返岗判定不能删除。' USING ERRCODE = 'restrict_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.application_id} {self.outcome}"
