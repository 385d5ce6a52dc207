"""Ordering the destruction of personal data: one person proposes, another approves, then it is executed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require, require_site
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy import retention
from pingzhan.foundation.privacy.holders import with_related
from pingzhan.foundation.privacy.models import (
    OPEN_STATES,
    Erasure,
    ErasureScope,
    ErasureState,
    ErasureSubject,
    Subject,
)
from pingzhan.foundation.runs.actions import start
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

WORK = "privacy.erasure"
BASIS_LENGTH = 200
_DIGITS = re.compile(r"\d{11,}")


def may(actor: Actor, permission: Permission, unit_path: str) -> bool:
    """Return whether the actor holds the permission for an order of this range.

    The whole site ('/') has no unit above the zones, so there the permission counts wherever it is held.
    """
    return actor.has(permission, None if unit_path == "/" else unit_path)


@transaction.atomic
def propose_request(*, subject_ids: Iterable[int], basis: str, by: Actor, unit_path: str = "/") -> Erasure:
    """Propose to destroy the data of persons who asked for it (PIPL 47), and return the order.

    Raises Refused without the right, Invalid without a basis, Conflict when nothing is left to destroy or a
    person is in another open order.
    """
    _require(by, Permission.MANAGE_PRIVACY, unit_path)
    wanted = sorted(set(subject_ids))
    left = set(
        Subject.objects.filter(pk__in=wanted, wrapped__isnull=False).order_by().values_list("pk", flat=True)
    )
    if not wanted or left != set(wanted):
        raise Conflict(_("所选人员的个人信息已经销毁，或不在登记中。"), code="nothing_left")
    if ErasureSubject.objects.filter(subject__in=wanted, erasure__state__in=OPEN_STATES).exists():
        raise Conflict(_("所选人员已在另一份没有办完的销毁中。"), code="already_proposed")
    return _propose(ErasureScope.REQUEST, wanted, basis, by, unit_path)


@transaction.atomic
def propose_term(*, rule: retention.RetentionRule, subject_ids: Iterable[int], by: Actor) -> Erasure:
    """Propose to destroy the data of persons whose time under a rule is up.

    The nightly check calls it as the system; persons in another open order are left out. Raises Conflict when
    nobody is left or the rule has an open order.
    """
    _require(by, Permission.MANAGE_PRIVACY, "/")
    if Erasure.objects.filter(rule=rule.key, state__in=OPEN_STATES).exists():
        raise Conflict(_("这条保存期限规则已有一份没有办完的销毁。"), place=str(rule.label))
    ids = _free(subject_ids)
    if not ids:
        raise Conflict(_("没有到期的人员。"), place=str(rule.label), code="nothing_left")
    basis = _("%(label)s：保存期限 %(days)d 天已满。") % {"label": rule.label, "days": rule.days_now}
    return _propose(ErasureScope.TERM, ids, basis, by, "/", rule=rule.key)


@transaction.atomic
def propose_end_of_response(*, basis: str, by: Actor) -> Erasure:
    """Propose to destroy what was collected for a response that has ended (PHERL 8, ERL 85).

    Takes in all rows of the rules that are bound to a response, and the persons of such rules. Raises
    Conflict while another such order is open.
    """
    _require(by, Permission.MANAGE_PRIVACY, "/")
    if Erasure.objects.filter(scope=ErasureScope.RESPONSE, state__in=OPEN_STATES).exists():
        raise Conflict(_("已有一份没有办完的响应终止销毁。"))
    now = clock.now()
    ids: list[int] = []
    for rule in retention.rules():
        if rule.response and rule.subjects:
            ids += rule.due(now, 0, _ALL)
    return _propose(ErasureScope.RESPONSE, _free(ids), basis, by, "/")


_ALL = 10_000_000
"""More persons than any site has."""


@transaction.atomic
def approve(*, erasure: Erasure, by: Actor) -> Erasure:
    """Approve an order that somebody else proposed. Raises Refused for one's own, Conflict when decided."""
    row = _locked(erasure, by, Permission.ORDER_ERASURE)
    _expect(row, ErasureState.PROPOSED)
    if by.user_id is None or row.proposed_by_id == by.user_id:
        raise Refused(
            _("拟订人不能批准自己拟订的销毁。"), hint=_("请领导小组的另一名成员批准。"), code="own_order"
        )
    _decide(row, by, ErasureState.APPROVED)
    record("privacy.erasure_approved", by=by, subject=("erasure", row.pk), unit_path=row.unit_path)
    return row


@transaction.atomic
def reject(*, erasure: Erasure, by: Actor) -> Erasure:
    """Say no to a proposed order; it stays as it is on record."""
    row = _locked(erasure, by, Permission.ORDER_ERASURE)
    _expect(row, ErasureState.PROPOSED)
    if row.proposed_by_id is not None and row.proposed_by_id == by.user_id:
        raise Refused(_("拟订人可以撤回自己拟订的销毁，不能自己批复。"), code="own_order")
    _decide(row, by, ErasureState.REJECTED)
    record("privacy.erasure_rejected", by=by, subject=("erasure", row.pk), unit_path=row.unit_path)
    return row


@transaction.atomic
def withdraw(*, erasure: Erasure, by: Actor) -> Erasure:
    """Take back an order that has not begun."""
    row = _locked(erasure, by, Permission.MANAGE_PRIVACY)
    _expect(row, ErasureState.PROPOSED, ErasureState.APPROVED)
    row.state = ErasureState.WITHDRAWN
    row.save(update_fields=["state"])
    record("privacy.erasure_withdrawn", by=by, subject=("erasure", row.pk), unit_path=row.unit_path)
    return row


@transaction.atomic
def execute(*, erasure: Erasure, by: Actor) -> Erasure:
    """Begin an approved order; the work itself is a background run that survives a kill. No way back."""
    row = _locked(erasure, by, Permission.MANAGE_PRIVACY)
    _expect(row, ErasureState.APPROVED)
    row.state = ErasureState.RUNNING
    row.executed_by_id = by.user_id
    row.executed_name = by.name
    row.started_at = Now()
    row.run = start(
        WORK,
        title=_("销毁个人信息（编号 %(number)d）") % {"number": row.pk},
        params={"erasure": row.pk},
        by=by,
        unit_path=row.unit_path,
        dedupe=f"{WORK}:{row.pk}",
    )
    row.save(update_fields=["state", "executed_by", "executed_name", "started_at", "run"])
    record("privacy.erasure_started", by=by, subject=("erasure", row.pk), unit_path=row.unit_path)
    return row


def erasure_for(actor: Actor, pk: int) -> Erasure:
    """Return an order the actor may see. NotFound otherwise."""
    found = Erasure.objects.visible_to(actor).select_related("run").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份销毁。"))
    return found


def _propose(
    scope: ErasureScope, ids: list[int], basis: str, by: Actor, unit_path: str, *, rule: str = ""
) -> Erasure:
    basis = " ".join(basis.split())
    if not basis or len(basis) > BASIS_LENGTH:
        raise Invalid(_("请写明销毁的依据，不超过 %(most)d 个字。") % {"most": BASIS_LENGTH}, code="basis")
    if _DIGITS.search(basis):
        raise Invalid(
            _("依据会长期保存，不能写电话或证件号码。"), hint=_("请写申请或决定的名称、文号。"), code="basis"
        )
    ids = sorted({*ids, *_free(with_related(ids))})
    row = Erasure.objects.create(
        scope=scope,
        basis=basis,
        rule=rule,
        unit_path=unit_path,
        proposed_by_id=by.user_id,
        proposed_name=by.name if by.is_signed_in else "",
    )
    ErasureSubject.objects.bulk_create(
        [ErasureSubject(erasure=row, subject_id=one) for one in ids], batch_size=5000
    )
    record(
        "privacy.erasure_proposed",
        by=by,
        subject=("erasure", row.pk),
        unit_path=unit_path,
        body={"scope": str(scope), "count": len(ids)},
    )
    return row


def _free(subject_ids: Iterable[int]) -> list[int]:
    """Return those with a key who are in no other open order."""
    return list(
        Subject.objects.filter(pk__in=list(dict.fromkeys(subject_ids)), wrapped__isnull=False)
        .exclude(erasures__erasure__state__in=OPEN_STATES)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _require(by: Actor, permission: Permission, unit_path: str) -> None:
    if unit_path == "/":
        require_site(by, permission)
    else:
        require(by, permission, unit_path)


def _locked(erasure: Erasure, by: Actor, permission: Permission) -> Erasure:
    row = Erasure.objects.select_for_update(no_key=True, of=("self",)).filter(pk=erasure.pk).first()
    if row is None:
        raise NotFound(_("没有这份销毁。"))
    _require(by, permission, row.unit_path)
    return row


def _expect(row: Erasure, *states: ErasureState) -> None:
    if row.state not in states:
        raise Conflict(
            _("这份销毁现在的状态是“%(state)s”，不能这样处理。") % {"state": row.get_state_display()},
            hint=_("请刷新页面看最新情况。"),
            code="erasure_state",
        )


def _decide(row: Erasure, by: Actor, state: ErasureState) -> None:
    row.state = state
    row.decided_by_id = by.user_id
    row.decided_name = by.name
    row.decided_at = Now()
    row.save(update_fields=["state", "decided_by", "decided_name", "decided_at"])
