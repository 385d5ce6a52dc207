"""交接班: opened by the machine before each change of duty, written by the outgoing, signed by the incoming."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.common import TOPIC
from pingzhan.domain.roster.actions.notices import HANDOVER, notice, send
from pingzhan.domain.roster.enums import LEAD_SEAT, HandoverState, LineState
from pingzhan.domain.roster.models import Handover, HandoverLine, Shift
from pingzhan.domain.roster.sources import NOTE, Matter, matters
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

LONGEST_TEXT = 4000
LONGEST_LINE = 300


def _at(zone: Unit, at: datetime) -> tuple[Shift | None, Shift | None, Shift | None]:
    """Return the officer's shift that ends at a moment, the one that begins, and the leader's just before."""
    rows = list(
        Shift.objects.filter(zone=zone, in_force=True, t0__lte=at, t1__gte=at)
        .select_related("person")
        .order_by("seat", "t0")
    )
    officers = [row for row in rows if row.seat != LEAD_SEAT]
    leads = [row for row in rows if row.seat == LEAD_SEAT]
    return (
        next((row for row in officers if row.t1 == at), None),
        next((row for row in officers if row.t0 == at), None),
        next((row for row in leads if row.t0 < at <= row.t1), None),
    )


@transaction.atomic
def open_handover(*, zone: Unit, at: datetime, by: Actor) -> Handover:
    """Return the hand-over of a moment, made and filled beforehand when there is none yet.

    While nobody has written it, who goes and who comes follow the roster. What was still open in the hand-over
    before is carried over.
    """
    outgoing, incoming, lead = _at(zone, at)
    people = {
        "outgoing_id": outgoing.person_id if outgoing else None,
        "incoming_id": incoming.person_id if incoming else None,
        "leader_id": lead.person_id if lead else None,
    }
    handover, made = Handover.objects.get_or_create(zone=zone, at=at, defaults=people)
    if not made:
        Handover.objects.filter(pk=handover.pk, written_at=None).exclude(**people).update(**people)
        handover.refresh_from_db()
        return handover
    since = outgoing.t0 if outgoing else at - timedelta(hours=24)
    fill(handover, since)
    record("roster.handover_open", by=by, subject=("handover", handover.pk), unit_path=zone.path)
    return handover


def fill(handover: Handover, since: datetime) -> None:
    """Write the lines: what was left open before first, then what the sources know now and is not there yet."""
    before = Handover.objects.filter(zone=handover.zone, at__lt=handover.at).order_by("-at").first()
    n = HandoverLine.objects.filter(handover=handover).aggregate(top=Max("n"))["top"] or 0
    present = set(HandoverLine.objects.filter(handover=handover).values_list("source", "key"))
    rows: list[HandoverLine] = []
    if before is not None and not present:
        for old in before.lines.filter(state=LineState.OPEN).order_by("n"):
            # A fact that its source still reports comes from there; one it no longer reports has settled itself.
            if old.source == NOTE:
                n += 1
                rows.append(_line(handover, n, NOTE, Matter(old.key, old.text, old.link), carried=old))
    for source, matter in matters(handover.zone, since, handover.at):
        if (source, matter.key) not in present:
            present.add((source, matter.key))
            n += 1
            rows.append(_line(handover, n, source, matter))
    HandoverLine.objects.bulk_create(rows)


def _line(
    handover: Handover, n: int, source: str, matter: Matter, carried: HandoverLine | None = None
) -> HandoverLine:
    return HandoverLine(
        handover=handover,
        n=n,
        source=source,
        key=matter.key,
        text=matter.text[:LONGEST_LINE],
        link=matter.link,
        carried_from=carried,
    )


def _locked(handover_id: int) -> Handover:
    found = (
        Handover.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone", "outgoing", "incoming", "leader")
        .filter(pk=handover_id)
        .first()
    )
    if found is None:
        raise NotFound(_("这条交接班记录已不存在。"))
    return found


@transaction.atomic
def write_handover(
    *, handover_id: int, summary: str, notes: Sequence[str] = (), done: Collection[int] = (), by: Actor
) -> Handover:
    """Write what happened and what is pending; ``notes`` are further matters, ``done`` lines that are settled.

    May be written again until the incoming has signed. Raises Refused to anybody but the outgoing officer and
    who makes the roster, Conflict after the signature, Invalid for an empty or overlong text.
    """
    handover = _locked(handover_id)
    if not rules.can_write_handover(by, handover):
        raise Refused(_("由交班人填写交接班记录。"), code="not_outgoing")
    if handover.state == HandoverState.SIGNED:
        raise Conflict(_("接班人已签收，不能再改。"), code="handover_signed")
    text = summary.strip()
    if not text:
        raise Invalid(_("请写明本班情况；没有特别情况也请写“无异常”。"), code="handover_empty")
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("本班情况不能超过 %(most)d 个字。") % {"most": LONGEST_TEXT}, code="handover_long")
    handover.lines.filter(pk__in=list(done)).update(state=LineState.DONE)
    handover.lines.exclude(pk__in=list(done)).update(state=LineState.OPEN)
    n = handover.lines.aggregate(top=Max("n"))["top"] or 0
    HandoverLine.objects.bulk_create(
        _line(handover, n + i, NOTE, Matter("", " ".join(note.split())))
        for i, note in enumerate((note for note in notes if note.strip()), start=1)
    )
    Handover.objects.filter(pk=handover.pk).update(
        summary=text, written_at=Now(), written_by=by.user_id, written_by_name=by.name
    )
    handover.refresh_from_db()
    if handover.incoming is not None:
        send(
            [
                notice(
                    handover.incoming,
                    kind="roster_handover",
                    dedupe=f"handover:{handover.pk}:written",
                    title=_("交接班记录已填写，请接班签收"),
                    about=(HANDOVER, handover.pk),
                    path=handover.zone.path,
                    priority=3,
                )
            ]
        )
    announce(TOPIC, {"handover": handover.pk})
    record(
        "roster.handover_write",
        by=by,
        subject=("handover", handover.pk),
        unit_path=handover.zone.path,
        body={"open": handover.lines.filter(state=LineState.OPEN).count()},
    )
    return handover


@transaction.atomic
def sign_handover(*, handover_id: int, by: Actor, note: str = "") -> Handover:
    """Take over as the incoming officer. Conflict before it is written, or when it is signed already."""
    handover = _locked(handover_id)
    if not rules.can_sign_handover(by, handover):
        raise Refused(_("由接班人本人签收。"), code="not_incoming")
    if handover.state == HandoverState.OPEN:
        raise Conflict(_("交班人还没有填写，不能签收。"), code="handover_not_written")
    if handover.state == HandoverState.SIGNED:
        raise Conflict(_("已经签收过了。"), code="handover_signed")
    Handover.objects.filter(pk=handover.pk).update(
        signed_at=Now(), signed_by=by.user_id, signed_note=" ".join(note.split())[:LONGEST_LINE]
    )
    handover.refresh_from_db()
    announce(TOPIC, {"handover": handover.pk})
    record("roster.handover_sign", by=by, subject=("handover", handover.pk), unit_path=handover.zone.path)
    return handover


@transaction.atomic
def countersign(*, handover_id: int, by: Actor, note: str = "") -> Handover:
    """Sign as the leader on duty, after both. Conflict before the incoming has signed, or twice."""
    handover = _locked(handover_id)
    if not rules.can_countersign(by, handover):
        raise Refused(_("由当班的带班领导签字。"), code="not_leader")
    if handover.state != HandoverState.SIGNED:
        raise Conflict(_("接班人签收之后带班领导才能签字。"), code="handover_not_signed")
    if handover.leader_at is not None:
        raise Conflict(_("已经签过字了。"), code="handover_countersigned")
    Handover.objects.filter(pk=handover.pk).update(
        leader_at=Now(), leader_by=by.user_id, leader_note=" ".join(note.split())[:LONGEST_LINE]
    )
    handover.refresh_from_db()
    announce(TOPIC, {"handover": handover.pk})
    record(
        "roster.handover_countersign", by=by, subject=("handover", handover.pk), unit_path=handover.zone.path
    )
    return handover


@transaction.atomic
def refresh_handover(*, handover_id: int, by: Actor) -> int:
    """Add what the sources know by now to a hand-over that is not signed; return how many lines were added."""
    handover = _locked(handover_id)
    if not rules.can_write_handover(by, handover):
        raise Refused(_("由交班人填写交接班记录。"), code="not_outgoing")
    if handover.state == HandoverState.SIGNED:
        raise Conflict(_("接班人已签收，不能再改。"), code="handover_signed")
    count = handover.lines.count()
    fill(handover, handover.at - timedelta(hours=24))
    added = handover.lines.count() - count
    record(
        "roster.handover_refresh",
        by=by,
        subject=("handover", handover.pk),
        unit_path=handover.zone.path,
        body={"added": added},
    )
    return added
