"""Where somebody stands, as he is told himself: one statement with index reads only, whoever asks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from pingzhan.domain.screening.enums import OwnState, OwnWay, Verdict

_STANDS = """
WITH who AS ({who}), noted AS (
    INSERT INTO screening_ownread (individual_id, way) SELECT id, %s FROM who
)
SELECT who.id, l.verdict, l.pooled, l.sampled_at, l.at, s.round_id IS DISTINCT FROM l.round_id, s.at
FROM who
LEFT JOIN screening_latestresult l ON l.individual_id = who.id
LEFT JOIN LATERAL (
    SELECT w.round_id, w.taken_at - w.skew_ms * interval '1 ms' AS at
    FROM screening_sample w JOIN screening_tube t ON t.id = w.tube_id AND t.state <> 'void'
    WHERE w.person = who.id AND w.refused = 0
    ORDER BY at DESC LIMIT 1
) s ON true
"""
_LIVES = "i.id_digest IS NOT NULL AND i.merged_into_id IS NULL"
_BY_PERSON = _STANDS.format(who=f"SELECT i.id FROM people_individual i WHERE i.id = %s AND {_LIVES}")  # noqa: S608 - constants
# The code somebody carries is good as long as he works somewhere in the zone.
_BY_KEY = _STANDS.format(
    who=f"""SELECT i.id FROM screening_ownkey k JOIN people_individual i ON i.id = k.individual_id
        WHERE k.sha = %s AND k.expires_at > now() AND {_LIVES} AND EXISTS (
            SELECT 1 FROM people_employment e
            WHERE e.individual_id = i.id AND (e."left" IS NULL OR e."left" > %s))"""  # noqa: S608 - constants
)
_OF_ONE = {
    Verdict.NEGATIVE: OwnState.NEGATIVE,
    Verdict.POSITIVE: OwnState.POSITIVE,
    Verdict.GREY: OwnState.GREY,
    Verdict.INVALID: OwnState.INVALID,
}


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody is told: the last swab and what came of it, and the result before while none is out.

    ``pooled`` is about the result; ``told_at`` is None while there is none.
    """

    individual_id: int
    state: OwnState
    sampled_at: datetime | None = None
    pooled: bool = False
    told_at: datetime | None = None
    before: OwnState | None = None
    before_at: datetime | None = None


def own_result(individual_id: int) -> Own | None:
    """Return where a person stands, and note that he has looked; None for one erased or merged. One statement."""
    return _own(_BY_PERSON, [individual_id, OwnWay.CODE])


def own_result_by_key(key: str) -> Own | None:
    """Return where the owner of a carried code stands, and note that he has looked. One statement.

    None for a code that is unknown, replaced or past its time, and for somebody erased, merged or working nowhere.
    """
    return _own(_BY_KEY, [sha_of(key), timezone.localdate(), OwnWay.KEY])


def sha_of(key: str) -> str:
    """Return the hash by which a carried code is found."""
    return hashlib.sha256(f"pingzhan.own:{key}".encode()).hexdigest()


def state_of(verdict: str, *, pooled: bool) -> OwnState:
    """Return what one person of a tube is told of its verdict."""
    if pooled and verdict in (Verdict.POSITIVE, Verdict.GREY):
        return OwnState.RETEST
    return _OF_ONE[Verdict(verdict)]


def _own(sql: str, parameters: Sequence[Any]) -> Own | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, verdict, pooled, sampled_at, told_at, other_round, swab_at = row
    known = state_of(verdict, pooled=pooled) if verdict else None
    if swab_at is not None and other_round and (sampled_at is None or swab_at > sampled_at):
        return Own(pk, OwnState.PENDING, swab_at, before=known, before_at=sampled_at)
    if known is None:
        return Own(pk, OwnState.NONE)
    return Own(pk, known, sampled_at, bool(pooled), told_at)
