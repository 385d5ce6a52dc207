"""Decisions on restrictions: recorded when the body that may decide has decided, refused, lifted before their term."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.measures.actions.forcing import (
    Decision,
    announce_change,
    locked_force,
    require_open,
)
from pingzhan.domain.measures.enums import OWN_DECIDERS, Decider, RestrictionState
from pingzhan.domain.measures.models import Restriction
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, DomainError, Invalid


class Unlawful(DomainError):
    """The law does not allow this restriction as it is written down; ``place`` names what is missing."""

    status = 422
    code = "unlawful"


def lacks(row: Restriction) -> list[tuple[str, str]]:
    """Return (field, sentence) for everything the law still asks of a restriction; empty when it may enter force."""
    found: list[tuple[str, str]] = []
    for name, words in (
        ("law", _("缺法律依据。")),
        ("body", _("缺决定机关。")),
        ("scope", _("缺范围。")),
        ("reason", _("缺理由。")),
    ):
        if not getattr(row, name).strip():
            found.append((name, words))
    if row.ends_at is None or row.starts_at is None or row.ends_at <= row.starts_at:
        found.append(("ends_at", _("缺期限，或者期限不晚于起始时间。")))
    measure = row.measure
    if measure.reserved and row.decider in OWN_DECIDERS:
        found.append(
            (
                "decider",
                _("只能由%(who)s决定，开发区可以提出请示。") % {"who": Decider(measure.decider).label},
            )
        )
    if measure.reserved and not row.document.strip():
        found.append(("document", _("缺决定文件的文号。")))
    if measure.class_a and row.legal_class != "A" and not row.class_decision.strip():
        found.append(
            (
                "class_decision",
                _("这是甲类措施：该病不是甲类，也没有记录按甲类管理的决定（%(law)s）。")
                % {"law": measure.law},
            )
        )
    return found


@transaction.atomic
def record_decision(*, restriction: Restriction, decision: Decision, by: Actor) -> Restriction:
    """Write down the decision of a restriction and put it in force from now until the end of its term.

    The term is at most what the measure allows and never outlasts the set. Needs PUBLISH_MEASURES for the zone.
    Raises Unlawful for whatever the law still asks for, Conflict when it is not waiting.
    """
    row = _waiting(restriction, by)
    for name in (
        "body",
        "document",
        "decider",
        "law",
        "scope",
        "reason",
        "explanation",
        "class_decision",
        "public_notice",
        "complaint",
    ):
        given = getattr(decision, name).strip()
        if given:
            setattr(row, name, given)
    now = clock.now()
    row.starts_at = max(now, row.force.starts_at)
    limit = row.starts_at + timedelta(days=row.measure.term_days) if row.measure.term_days else None
    if decision.ends_at is not None and limit is not None and decision.ends_at > limit:
        raise Invalid(
            _("期限最长 %(n)d 天。") % {"n": row.measure.term_days or 0},
            place="ends_at",
            code="term_too_long",
        )
    ends = [one for one in (decision.ends_at, limit, row.force.ends_at) if one is not None]
    row.ends_at = min(ends) if ends else None
    missing = lacks(row)
    if missing:
        place, words = missing[0]
        raise Unlawful(words, place=place, hint=_("补齐后才能执行。"))
    row.state = RestrictionState.IN_FORCE
    row.decided_by_name = by.name
    row.save()
    announce_change(row.force.slot.zone, now)
    _record("measures.decided", row, by)
    return row


@transaction.atomic
def refuse_restriction(*, restriction: Restriction, reason: str, by: Actor) -> Restriction:
    """Write down that the body above did not approve a restriction; it never holds in this time in force."""
    row = _waiting(restriction, by)
    if not reason.strip():
        raise Invalid(_("请写明未批准的情况。"), place="reason")
    row.state = RestrictionState.REFUSED
    row.lift_notice = reason.strip()
    row.decided_by_name = by.name
    row.save(update_fields=["state", "lift_notice", "decided_by_name"])
    _record("measures.refused", row, by)
    return row


@transaction.atomic
def lift_restriction(*, restriction: Restriction, notice: str, by: Actor) -> Restriction:
    """Lift a restriction before its term, with the notice that says so (PHERL 40, IDL 67)."""
    locked_force(restriction.force_id)
    row = _get(restriction.pk)
    require(by, Permission.PUBLISH_MEASURES, row.force.slot.zone.path)
    if row.state != RestrictionState.IN_FORCE:
        raise Conflict(_("这项限制性措施没有在执行。"), code="not_in_force")
    if not notice.strip():
        raise Invalid(_("解除要写明公告或者通知。"), place="notice")
    now = clock.now()
    row.state = RestrictionState.ENDED
    row.ends_at = min(now, row.ends_at or now)
    row.lift_notice = notice.strip()
    row.save(update_fields=["state", "ends_at", "lift_notice"])
    announce_change(row.force.slot.zone, now)
    _record("measures.lifted", row, by)
    return row


def _waiting(restriction: Restriction, by: Actor) -> Restriction:
    force = locked_force(restriction.force_id)
    row = _get(restriction.pk)
    require(by, Permission.PUBLISH_MEASURES, force.slot.zone.path)
    require_open(force)
    if row.state != RestrictionState.HELD:
        raise Conflict(_("这项措施不是待决定的。"), code="not_waiting")
    return row


def _get(pk: int) -> Restriction:
    return Restriction.objects.select_related("measure", "force__slot__zone", "force__version").get(pk=pk)


def _record(verb: str, row: Restriction, by: Actor) -> None:
    record(
        verb,
        by=by,
        subject=("measure_restriction", row.pk),
        unit_path=row.force.slot.zone.path,
        body={"force": row.force_id, "measure": row.measure_id, "state": str(row.state)},
    )
