"""What was registered wrongly is voided, or replaced by a record of its own; the old row stays."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.sanitation import duties, rules
from pingzhan.domain.sanitation.actions import checks
from pingzhan.domain.sanitation.enums import Entered, Kind
from pingzhan.domain.sanitation.models import Entry, Record
from pingzhan.domain.sanitation.queries.days import areas_in_use, rounds_of
from pingzhan.domain.sanitation.rounds import round_key
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, NotFound


def _lock(record_id: int, by: Actor) -> Record:
    found = (
        rules.records_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "area")
        .filter(pk=record_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.voided_at is not None:
        raise Conflict(_("这条记录已由%(who)s作废或更正。") % {"who": found.voided_by}, code="voided")
    return found


def _void(row: Record, reason: str, by: Actor) -> None:
    row.void_reason = checks.read_words(reason, place="reason", required=_("请写明原因。"))
    row.voided_at, row.voided_by = clock.now(), by.name
    row.save(update_fields=["voided_at", "void_reason", "voided_by"])


@transaction.atomic
def void_record(*, record_id: int, reason: str, by: Actor) -> Record:
    """Mark a record as made by mistake: the area is asked for again. Invalid without a reason."""
    row = _lock(record_id, by)
    _void(row, reason, by)
    duties.withdrawn(row)
    record("sanitation.voided", by=by, subject=("clean_record", row.pk), unit_path=row.enterprise.path)
    return row


@transaction.atomic
def correct_record(
    *,
    record_id: int,
    at: datetime,
    reason: str,
    by: Actor,
    agent: str = "",
    strength: Decimal | None = None,
    minutes: int | None = None,
    note: str = "",
) -> Record:
    """Replace a record by one with other facts of the same area; the old row stays, voided, with the reason.

    Raises Invalid with the place, Conflict when the area has another record in the round the new time lies in.
    """
    old = _lock(record_id, by)
    now = clock.now()
    checks.read_moment(at, now)
    kind, unit, day = Kind(old.kind), old.enterprise, business_clock().day_of(at)
    airing = kind == Kind.VENTILATION
    asked, least = rounds_of(unit, day, now, areas_in_use(unit))
    same = next((one for one in asked if one.key == old.round and one.holds(at)), None)
    key = old.round if same is not None and day == old.day else round_key(kind, old.area, at, asked)
    _void(old, reason, by)
    if Record.objects.filter(
        area=old.area_id, kind=kind, day=day, round=key, voided_at__isnull=True
    ).exists():
        raise Conflict(_("这个区域在这一轮已有另一条登记。"), place="at", code="known")
    entry = Entry.objects.create(enterprise=unit, kind=kind, how=Entered.CORRECTION, by_name=by.name)
    new = Record(
        enterprise=unit,
        area=old.area,
        entry=entry,
        kind=kind,
        day=day,
        round=key,
        at=at,
        agent="" if airing else agent,
        strength=None if airing else checks.read_strength(agent, strength),
        minutes=checks.read_minutes(minutes, required=airing),
        least=least if airing else 0,
        note=checks.read_words(note, place="note"),
        by_name=by.name,
        replaces=old,
    )
    new.save(force_insert=True)
    duties.withdrawn(old)
    closed = duties.done(entry, [at], by)
    record(
        "sanitation.corrected",
        by=by,
        subject=("clean_record", new.pk),
        unit_path=unit.path,
        body={"old": old.pk, "closed": closed},
    )
    return new
