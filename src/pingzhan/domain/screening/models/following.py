"""混管追阳: the tube that is followed, everybody held because of it with where he was, and what is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.screening.enums import (
    ALARMS,
    HOLD_MOVES,
    PROPOSAL_MOVES,
    PURSUIT_MOVES,
    HoldState,
    ProposalState,
    PursuitState,
    Verdict,
)
from pingzhan.domain.screening.models.rounds import Round
from pingzhan.domain.screening.models.tubes import Tube, WalkIn
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation.audit.history import tracked

S = TypeVar("S", bound=str)


def _moves(
    table: Mapping[S, frozenset[S]], first: str, more: str, *, deleted: str, begun: str, moved: str
) -> pgtrigger.Trigger:
    """Return the trigger of a transition table; ``more`` is what else an update may not do."""
    listed = ", ".join(
        f"'{before!s}>{after!s}'" for before, afters in table.items() for after in sorted(map(str, afters))
    )
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '{deleted}' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> '{first}' THEN
                RAISE EXCEPTION '{begun}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{listed}]::text[]) THEN
            RAISE EXCEPTION '{moved}' USING ERRCODE = 'restrict_violation';
        END IF;
        {more}
        RETURN NEW;
        """,
    )


_PURSUIT_KEPT = """
        IF (NEW.tube_id, NEW.zone_id, NEW.tested_at, NEW.found_at)
            IS DISTINCT FROM (OLD.tube_id, OLD.zone_id, OLD.tested_at, OLD.found_at)
            OR (OLD.controlled_at IS NOT NULL AND NEW.controlled_at IS DISTINCT FROM OLD.controlled_at)
            OR (OLD.reported_at IS NOT NULL AND NEW.reported_at IS DISTINCT FROM OLD.reported_at) THEN
            RAISE EXCEPTION '追阳的采样管和已记下的时间不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
"""
_HOLD_KEPT = """
        IF NEW.person <> 0 AND (NEW.person, NEW.employment_id, NEW.since)
            IS DISTINCT FROM (OLD.person, OLD.employment_id, OLD.since) THEN
            RAISE EXCEPTION '被管控的人不能改成别人。' USING ERRCODE = 'restrict_violation';
        END IF;
"""


@tracked()
class Pursuit(models.Model):
    """Following one positive or grey tube: its four times, and the round in which its people are swabbed again.

    第一时间: ``tested_at`` is the laboratory's, ``found_at`` when the result came in and everybody was held,
    ``controlled_at`` and ``reported_at`` are said by whoever follows it, once. ``sampled_at`` is the first swab of the
    tube. A tube corrected back and forth is followed anew; at most one pursuit of it is open.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="pursuits"
    )
    tube = models.ForeignKey(
        Tube, verbose_name=_("采样管"), on_delete=models.PROTECT, related_name="pursuits"
    )
    verdict = models.TextField(_("结果"), choices=Verdict.choices)
    state = models.TextField(_("状态"), choices=PursuitState.choices, default=PursuitState.OPEN)
    retest = models.ForeignKey(
        Round,
        verbose_name=_("复采轮次"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pursuits",
    )
    order_ids = ArrayField(models.BigIntegerField(), verbose_name=_("任务"), default=list, blank=True)
    sampled_at = models.DateTimeField(_("采样时间"), null=True)
    tested_at = models.DateTimeField(_("检测时间"))
    found_at = models.DateTimeField(_("发现时间"), db_default=Now())
    controlled_at = models.DateTimeField(_("控制时间"), null=True, blank=True)
    reported_at = models.DateTimeField(_("上报时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    closed_by = models.TextField(_("结束人"), blank=True, default="")
    reason = models.TextField(_("结束说明"), blank=True, default="")

    class Meta:
        verbose_name = _("混管追阳")
        verbose_name_plural = _("混管追阳")
        triggers = [
            _moves(
                PURSUIT_MOVES,
                "open",
                _PURSUIT_KEPT,
                deleted="追阳记录不能删除。",
                begun="新的追阳记录要先开始。",
                moved="已结束的追阳不能再打开。",
            )
        ]
        indexes = [models.Index(fields=["zone", "state", "-found_at"], name="pursuit_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["tube"],
                condition=Q(state=PursuitState.OPEN),
                name="pursuit_one_open",
                violation_error_message=_("这一管正在追阳。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=PursuitState.values) & Q(verdict__in=[str(one) for one in ALARMS]),
                name="pursuit_known",
                violation_error_message=_("追阳的状态或结果不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state=PursuitState.OPEN, closed_at__isnull=True)
                | (Q(state=PursuitState.CLOSED, closed_at__isnull=False) & ~Q(reason="")),
                name="pursuit_closed_with_reason",
                violation_error_message=_("结束追阳要写明说明。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(exclude=["person", "individual", "walk_in", "employment", "team", "room", "canteen", "sitting"])
class Hold(models.Model):
    """Somebody from a positive or grey tube, held until his own swab says otherwise; one open hold a person.

    ``person`` is the individual, a walk-in as a number below zero, or 0 once the tie to him is cut. ``team`` to
    ``sitting`` are where he belonged when he was swabbed. ``until`` empty: still to be dealt with. A positive keeps it
    empty while a pursuit of his is open. The history of rows leaves out who it was.
    """

    person = models.BigIntegerField(_("个人编号"))
    individual = models.ForeignKey(
        Individual,
        verbose_name=_("个人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holds",
    )
    walk_in = models.ForeignKey(
        WalkIn,
        verbose_name=_("现场登记"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holds",
    )
    employment = models.ForeignKey(
        Employment,
        verbose_name=_("用工"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holds",
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("班组"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    room = models.ForeignKey(
        Site, verbose_name=_("宿舍"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    canteen = models.ForeignKey(
        Site, verbose_name=_("食堂"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sitting = models.PositiveSmallIntegerField(_("就餐批次"), null=True, blank=True)
    state = models.TextField(_("状态"), choices=HoldState.choices, default=HoldState.HELD)
    since = models.DateTimeField(_("管控开始"), db_default=Now())
    until = models.DateTimeField(_("管控结束"), null=True, blank=True)
    retest_tube = models.ForeignKey(
        Tube,
        verbose_name=_("单采管"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="retested",
    )
    reason = models.TextField(_("解除原因"), blank=True, default="")
    ended_by = models.TextField(_("解除人"), blank=True, default="")

    class Meta:
        verbose_name = _("管控人员")
        verbose_name_plural = _("管控人员")
        triggers = [
            _moves(
                HOLD_MOVES,
                "held",
                _HOLD_KEPT,
                deleted="管控记录不能删除。",
                begun="新的管控记录要先管控。",
                moved="管控人员的状态不能这样改变。",
            )
        ]
        indexes = [
            models.Index(
                fields=["enterprise", "-since"], condition=Q(until__isnull=True), name="hold_open_of_firm"
            ),
            models.Index(fields=["employment"], condition=Q(until__isnull=True), name="hold_open_of_worker"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True) & ~Q(person=0),
                name="hold_one_open",
                violation_error_message=_("这个人已在管控中。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=HoldState.values) & (Q(until__isnull=True) | Q(until__gte=F("since"))),
                name="hold_known",
                violation_error_message=_("管控人员的状态或时间不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state=HoldState.HELD, until__isnull=True)
                | Q(state=HoldState.POSITIVE, retest_tube__isnull=False)
                | (Q(state=HoldState.RELEASED, until__isnull=False) & ~Q(reason="")),
                name="hold_ended_with_reason",
                violation_error_message=_("解除管控要写明原因，单检阳性要有单采管。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Member(models.Model):
    """Somebody held was in the tube of a pursuit: one hold may have several, and ends when none of them holds."""

    pursuit = models.ForeignKey(
        Pursuit, verbose_name=_("追阳"), on_delete=models.PROTECT, related_name="members"
    )
    hold = models.ForeignKey(Hold, verbose_name=_("管控"), on_delete=models.PROTECT, related_name="members")
    place = models.PositiveSmallIntegerField(_("管内第几人"))
    sampled_at = models.DateTimeField(_("采样时间"))

    class Meta:
        verbose_name = _("管内人员")
        verbose_name_plural = _("管内人员")
        triggers = [pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(
                fields=["pursuit", "hold"],
                name="pursuit_member_once",
                violation_error_message=_("这个人已列入。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pursuit_id} {self.hold_id}"


@tracked()
class SwitchProposal(models.Model):
    """A rule proposes to switch a unit to emergency; a person decides, and nothing switches by itself."""

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="switch_proposals"
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="proposed_switches"
    )
    pursuit = models.ForeignKey(
        Pursuit, verbose_name=_("追阳"), on_delete=models.PROTECT, related_name="proposals"
    )
    tubes = models.PositiveSmallIntegerField(_("阳性管数"), default=1)
    state = models.TextField(_("状态"), choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_at = models.DateTimeField(_("提出时间"), db_default=Now())
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.TextField(_("决定人"), blank=True, default="")
    note = models.TextField(_("说明"), blank=True, default="")

    class Meta:
        verbose_name = _("转换建议")
        verbose_name_plural = _("转换建议")
        triggers = [
            _moves(
                PROPOSAL_MOVES,
                "open",
                "",
                deleted="转换建议不能删除。",
                begun="新的转换建议要待决定。",
                moved="转换建议已有决定。",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["zone"],
                condition=Q(state=ProposalState.OPEN),
                name="switch_proposal_one_open",
                violation_error_message=_("已有一条待决定的转换建议。"),
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.OPEN, decided_at__isnull=True)
                | (~Q(state=ProposalState.OPEN) & Q(decided_at__isnull=False) & ~Q(note="")),
                name="switch_proposal_decided",
                violation_error_message=_("决定要写明说明。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"
