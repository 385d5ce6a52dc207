"""The laboratory: tubes received, results entered and corrected, and what does not fit told and kept apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.following import RESULT_LOCK, follow
from pingzhan.domain.screening.actions.intake import read_code, read_reason
from pingzhan.domain.screening.enums import (
    HOLDING,
    IN_FIELD,
    BoxState,
    ConflictState,
    ResultFault,
    ResultSource,
    StepKind,
    TubeState,
    Verdict,
)
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    CustodyStep,
    Result,
    ResultRefusal,
    RoundCount,
    Tube,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict as ConflictError
from pingzhan.kernel.errors import Invalid

MOST = 5_000
"""Tubes of one batch."""
AHEAD = timedelta(minutes=10)
"""How far a laboratory's clock may be ahead."""
TESTABLE = (TubeState.RECEIVED, TubeState.TESTED, TubeState.RESULTED)
_LATEST = """
INSERT INTO screening_latestresult AS l (individual_id, round_id, verdict, pooled, sampled_at, at)
SELECT DISTINCT ON (f.person) f.person, f.round_id, f.verdict, f.pooled, f.sampled_at, f.at
FROM (
    SELECT p.person, s.round_id, t.verdict, t.heads > 1 AS pooled, r.reported_at AS at,
        s.taken_at - s.skew_ms * interval '1 ms' AS sampled_at,
        max(s.taken_at - s.skew_ms * interval '1 ms') OVER (PARTITION BY p.person, s.round_id) AS round_at,
        array_position(ARRAY['positive', 'grey', 'invalid', 'negative'], t.verdict) AS gravity
    FROM (SELECT DISTINCT w.person AS key, coalesce(g.individual_id, w.person) AS person
        FROM screening_sample w LEFT JOIN screening_walkin g ON g.id = -w.person
        WHERE w.tube_id = ANY(%s) AND w.refused = 0 AND w.person <> 0) p
    JOIN screening_sample s ON s.person = p.key AND s.refused = 0
    JOIN screening_tube t ON t.id = s.tube_id AND t.verdict <> ''
    JOIN screening_result r ON r.tube_id = t.id
        AND NOT EXISTS (SELECT 1 FROM screening_result n WHERE n.corrects_id = r.id)
    WHERE p.person > 0
) f
ORDER BY f.person, f.round_at DESC, f.round_id DESC, f.gravity, f.sampled_at DESC
ON CONFLICT (individual_id) DO UPDATE SET round_id = excluded.round_id, verdict = excluded.verdict,
    pooled = excluded.pooled, sampled_at = excluded.sampled_at, at = excluded.at
"""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of tubes brought to the laboratory, by code."""

    received: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ResultIn:
    """A result of a tube; ``correction`` is the reason when it replaces another one. ``row`` is for the answer."""

    code: str
    verdict: Verdict
    tested_at: datetime
    ct: dict[str, float] = field(default_factory=dict)
    correction: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class ResultAnswer:
    """What became of a result."""

    row: int
    code: str
    status: Literal["stored", "corrected", "same", "refused"]
    fault: ResultFault | None = None


@transaction.atomic
def receive_tubes(*, zone: Unit, codes: Sequence[str], note: str = "", by: Actor) -> Received:
    """Receive tubes at the laboratory; a code scanned again changes nothing.

    A tube no phone has told of yet is answered as unknown: it is scanned again once the phone has sent its queue.
    One with open conflicts, or not told to be sealed, is received and held. ``note`` is about the temperature.
    Refused without ENTER_RESULTS or KEEP_SAMPLING, Invalid for no code or a wrong one.
    """
    if not by.has(Permission.ENTER_RESULTS, zone.path):
        require(by, Permission.KEEP_SAMPLING, zone.path)
    wanted = list(dict.fromkeys(read_code(code, place="codes") for code in codes))
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(_("一次接收 1 至 %(n)d 管。") % {"n": MOST}, place="codes")
    words = read_reason(note, place="note")
    tubes = _locked(zone, wanted)
    found = Received()
    fresh: list[Tube] = []
    for code in wanted:
        tube = tubes.get(code)
        if tube is None:
            found.unknown.append(code)
        elif tube.state == TubeState.VOID:
            found.void.append(code)
        elif tube.state not in IN_FIELD:
            found.same.append(code)
        else:
            fresh.append(tube)
            found.received.append(code)
            if tube.held or tube.sealed_at is None:
                found.held.append(code)
    ids = [tube.pk for tube in fresh]
    Tube.objects.filter(pk__in=ids).update(
        state=TubeState.RECEIVED, received_at=Now(), held=Q(held=True) | Q(sealed_at__isnull=True)
    )
    CustodyStep.objects.bulk_create(
        CustodyStep(step=StepKind.RECEIVE, tube_id=pk, by_name=by.name, note=words) for pk in ids
    )
    waiting = Tube.objects.filter(box=OuterRef("pk"), state__in=IN_FIELD)
    Box.objects.filter(~Exists(waiting), tubes__in=ids).exclude(state=BoxState.RECEIVED).update(
        state=BoxState.RECEIVED, received_at=Now()
    )
    if ids:
        announce(LIVE_TOPIC, {"zone": zone.pk})
        record(
            "screening.received", by=by, unit_path=zone.path,
            body={"tubes": len(ids), "held": len(found.held), "unknown": len(found.unknown)},
        )  # fmt: skip
    return found


def _locked(zone: Unit, codes: Collection[str]) -> dict[str, Tube]:
    rows = Tube.objects.select_for_update(no_key=True, of=("self",)).filter(code__in=codes, round__zone=zone)
    return {tube.code: tube for tube in rows.order_by("code")}


@transaction.atomic
def settle_conflict(*, conflict: Conflict, note: str, by: Actor) -> None:
    """Say how a conflict was settled; a tube held for nothing else is free again.

    Refused without KEEP_SAMPLING, Invalid without a note, Conflict when it is not open any more.
    """
    zone = conflict.round.zone
    require(by, Permission.KEEP_SAMPLING, zone.path)
    words = read_reason(note, place="note")
    if not words:
        raise Invalid(_("请写明怎样处理。"), place="note")
    tube = Tube.objects.select_for_update(no_key=True).filter(pk=conflict.tube_id).first()
    held = Conflict.objects.select_for_update(no_key=True).get(pk=conflict.pk)
    if held.state != ConflictState.OPEN:
        raise ConflictError(_("这个疑问已经处理。"))
    Conflict.objects.filter(pk=held.pk).update(
        state=ConflictState.SETTLED, settled_at=Now(), settled_by=by.name, note=words
    )
    if tube is not None:
        others = Conflict.objects.filter(tube_id=tube.pk, state=ConflictState.OPEN, kind__in=HOLDING).exists()
        unsealed = tube.state not in IN_FIELD and tube.sealed_at is None
        Tube.objects.filter(pk=tube.pk).update(held=others or unsealed)
        CustodyStep.objects.create(step=StepKind.RELEASE, tube_id=tube.pk, by_name=by.name, note=words)
    RoundCount.objects.filter(
        round_id=held.round_id, enterprise_id=held.enterprise_id, team_id=held.team_id
    ).update(conflicts=F("conflicts") - 1)
    announce(LIVE_TOPIC, {"zone": zone.pk, "round": held.round_id})
    record(
        "screening.conflict_settled", by=by, subject=("sampling_conflict", held.pk), unit_path=zone.path,
        body={"kind": held.kind},
    )  # fmt: skip


@transaction.atomic
def enter_results(
    *, zone: Unit, results: Sequence[ResultIn], source: ResultSource, by: Actor
) -> list[ResultAnswer]:
    """Enter what a laboratory found; answer each result in order. One that does not fit is kept apart, never applied.

    Refused are a tube nobody knows in this zone, one not received, held or void, another result than the one there
    is without a reason, two different ones in a batch, and a time before the first swab or ahead of now. The same
    result again changes nothing. Where everybody in the tubes stands is written in the same transaction.
    Refused without ENTER_RESULTS, Invalid for no result or more than MOST.
    """
    require(by, Permission.ENTER_RESULTS, zone.path)
    return enter_in(zone, results, source, by)


@transaction.atomic
def refuse_results(
    *, zone: Unit, refused: Sequence[tuple[ResultIn, ResultFault]], source: ResultSource, by: Actor
) -> None:
    """Put on record what judge_results() found unfit. Refused without ENTER_RESULTS."""
    require(by, Permission.ENTER_RESULTS, zone.path)
    _keep_apart(zone, refused, source, by)
    _told(zone, {}, len(refused), by)


def judge_results(
    *, zone: Unit, results: Sequence[ResultIn], lock: bool = False
) -> list[tuple[ResultAnswer, Result | None]]:
    """Say what would become of each result now, with the result that holds for its tube. Writes nothing.

    ``lock``, inside a transaction: nothing changes until it ends, so what is entered then is answered alike.
    """
    return [(one.answer, one.before) for one in _judged(zone, results, lock=lock)]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A result beside its tube, the result that holds for it, and what becomes of it."""

    line: ResultIn
    tube: Tube | None
    before: Result | None
    reason: str
    answer: ResultAnswer


def _judged(zone: Unit, results: Sequence[ResultIn], *, lock: bool) -> list[_Judged]:
    lines = [(read_code(one.code, place="code"), one) for one in results]
    reasons = [read_reason(one.correction, place="correction") for one in results]
    codes = {code for code, _one in lines}
    if lock:
        # One batch after the other: where a person stands follows from all tubes of his round.
        storing.lock(RESULT_LOCK, [zone.pk])
        tubes = _locked(zone, codes)
    else:
        tubes = {one.code: one for one in Tube.objects.filter(code__in=codes, round__zone=zone)}
    last = {
        one.tube_id: one
        for one in Result.objects.filter(
            tube__in=[tube.pk for tube in tubes.values()], corrected_by__isnull=True
        )
    }
    verdicts: dict[str, set[str]] = {}
    for code, one in lines:
        verdicts.setdefault(code, set()).add(one.verdict)
    now = clock.now()
    seen: set[str] = set()
    found: list[_Judged] = []
    for (code, one), reason in zip(lines, reasons, strict=True):
        tube = tubes.get(code)
        fault = _fault(tube, one, now) or (ResultFault.TWICE if len(verdicts[code]) > 1 else None)
        before = last.get(tube.pk) if tube is not None else None
        if fault is None and before is not None and before.verdict != one.verdict and not reason:
            fault = ResultFault.OTHER_RESULT
        if fault is not None:
            answer = ResultAnswer(one.row, code, "refused", fault)
        elif code in seen or (before is not None and before.verdict == one.verdict):
            answer = ResultAnswer(one.row, code, "same")
        else:
            seen.add(code)
            answer = ResultAnswer(one.row, code, "stored" if before is None else "corrected")
        found.append(_Judged(one, tube, before, reason, answer))
    return found


def enter_in(zone: Unit, results: Sequence[ResultIn], source: ResultSource, by: Actor) -> list[ResultAnswer]:
    """Enter results inside a transaction, for an actor whose right was asked: see enter_results()."""
    if not 1 <= len(results) <= MOST:
        raise Invalid(_("一次录入 1 至 %(n)d 管的结果。") % {"n": MOST}, place="results")
    judged = _judged(zone, results, lock=True)
    made: dict[int, Result] = {}
    for one in judged:
        if one.tube is not None and one.answer.status in ("stored", "corrected"):
            made[one.tube.pk] = Result(
                tube=one.tube, verdict=one.line.verdict, ct=one.line.ct, tested_at=one.line.tested_at,
                source=source, corrects=one.before, reason=one.reason if one.before is not None else "",
                by_name=by.name,
            )  # fmt: skip
    refused = [(one.line, one.answer.fault) for one in judged if one.answer.fault is not None]
    _store(list(made.values()), by)
    _keep_apart(zone, refused, source, by)
    follow(list(made.values()), zone)
    _told(zone, made, len(refused), by)
    return [one.answer for one in judged]


def _keep_apart(
    zone: Unit, refused: Sequence[tuple[ResultIn, ResultFault]], source: ResultSource, by: Actor
) -> None:
    ResultRefusal.objects.bulk_create(
        ResultRefusal(
            zone=zone, row=one.row, code=read_code(one.code, place="code"), verdict=one.verdict, fault=fault,
            source=source, by_name=by.name,
        )
        for one, fault in refused
    )  # fmt: skip


def _told(zone: Unit, made: dict[int, Result], refused: int, by: Actor) -> None:
    if made or refused:
        announce(LIVE_TOPIC, {"zone": zone.pk})
        record(
            "screening.results", by=by, unit_path=zone.path,
            body={
                "stored": len(made), "refused": refused,
                "corrected": sum(one.corrects_id is not None for one in made.values()),
            },
        )  # fmt: skip


def _fault(tube: Tube | None, one: ResultIn, now: datetime) -> ResultFault | None:
    if tube is None:
        return ResultFault.UNKNOWN_TUBE
    if tube.state == TubeState.VOID:
        return ResultFault.VOID
    if tube.state not in TESTABLE:
        return ResultFault.NOT_RECEIVED
    if tube.held:
        return ResultFault.HELD
    first = tube.first_taken_at
    if one.tested_at > now + AHEAD or (first is not None and one.tested_at < first):
        return ResultFault.TIME
    return None


def _store(results: Sequence[Result], by: Actor) -> None:
    if not results:
        return
    Result.objects.bulk_create(results)
    lines: list[tuple[Any, ...]] = [(one.tube_id, one.verdict, one.tested_at) for one in results]
    columns = [list(column) for column in zip(*lines, strict=True)]
    storing.run(
        "UPDATE screening_tube t SET state = 'resulted', verdict = i.verdict, tested_at = i.tested_at,"
        " resulted_at = coalesce(t.resulted_at, now())"
        " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS i(id, verdict, tested_at) WHERE t.id = i.id",
        columns,
    )
    CustodyStep.objects.bulk_create(
        CustodyStep(step=StepKind.RESULT, tube_id=one.tube_id, by_name=by.name, note=one.reason)
        for one in results
    )
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [columns[0]])
