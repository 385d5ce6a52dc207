"""Persons who look like one: candidates by keyed hashes, decided on the opened numbers of the candidates only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.people.personal import NUMBER
from pingzhan.domain.people.queries.opening import Opened, opened

MAX_CANDIDATES = 4_000
MAX_PAIRS = 200
CHUNK = 1_000

_CANDIDATES = """
WITH mine AS (
  SELECT i.id, i.birth_year, s.name_digest, s.phone_digest
  FROM people_individual i JOIN people_searchtokens s ON s.individual_id = i.id
  WHERE i.merged_into_id IS NULL AND i.id IN ({visible})
), pairs AS (
  SELECT a.id AS first, b.id AS second, true AS name, false AS phone
  FROM mine a JOIN mine b
    ON b.name_digest = a.name_digest AND b.birth_year = a.birth_year AND b.id > a.id
  WHERE a.phone_digest IS DISTINCT FROM b.phone_digest OR a.phone_digest IS NULL
  UNION ALL
  SELECT a.id, b.id, a.name_digest = b.name_digest, true
  FROM mine a JOIN mine b ON b.phone_digest = a.phone_digest AND b.id > a.id
  WHERE a.name_digest = b.name_digest OR a.birth_year = b.birth_year
)
SELECT first, second, name, phone FROM pairs p
WHERE NOT EXISTS (SELECT 1 FROM people_keptapart k WHERE k.first_id = p.first AND k.second_id = p.second)
ORDER BY phone DESC, first, second LIMIT %s
"""


@dataclass(frozen=True)
class Pair:
    """Two persons who may be one, and what they share: stable keys 'name', 'phone', 'number'."""

    first: Individual
    second: Individual
    first_texts: Opened
    second_texts: Opened
    reasons: tuple[str, ...]


def near(one: str | None, other: str | None) -> bool:
    """Return whether two numbers differ by one character, or by two neighbours that changed places."""
    if not one or not other or len(one) != len(other):
        return False
    differing = [n for n in range(len(one)) if one[n] != other[n]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and one[differing[0]] == other[differing[1]]
        and one[differing[1]] == other[differing[0]]
    )


def near_check_digit(one: str | None, other: str | None) -> bool:
    """Return whether two numbers are near, the 18th character (which follows from the others) set aside."""
    if one and other and len(one) == len(other) == 18:
        return near(one, other) or near(one[:17], other[:17])
    return near(one, other)


def alike(visible: QuerySet[Employment]) -> list[Pair]:
    """Return up to 200 pairs of visible persons who look like one.

    The same name with the same phone, the same name and birth year with nearly the same number or without
    numbers to compare, or the same phone and birth year under another name. Pairs that were found to be two
    people are left out.
    """
    sql, params = visible.order_by().values("individual_id").query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling the query takes longer than running it.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_CANDIDATES.format(visible=sql), [*params, MAX_CANDIDATES])
        found = cursor.fetchall()
    sure = _sure(found)
    people = Individual.objects.in_bulk({pk for first, second, _reasons in sure for pk in (first, second)})
    texts = opened(people.values())
    return [
        Pair(people[first], people[second], texts[first], texts[second], reasons)
        for first, second, reasons in sure
    ]


def _sure(found: list[tuple[int, int, bool, bool]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return the candidates whose phones or numbers bear it out, with what they share.

    Of some thousand candidates only the numbers are opened, and those of a few hundred at a time.
    """
    sure: list[tuple[int, int, tuple[str, ...]]] = []
    for at in range(0, len(found), CHUNK):
        rows = found[at : at + CHUNK]
        wanted = Individual.objects.filter(pk__in={pk for row in rows for pk in row[:2]})
        texts = opened(wanted.order_by().only("subject_id", "id_sealed"), fields=(NUMBER,))
        for first, second, name, phone in rows:
            one, other = texts[first], texts[second]
            if one.erased or other.erased:
                continue
            number = near_check_digit(one.number, other.number)
            if phone or number:
                kinds = (("name", name), ("phone", phone), ("number", number))
                sure.append((first, second, tuple(key for key, holds in kinds if holds)))
                if len(sure) == MAX_PAIRS:
                    return sure
    return sure


def concurrent(visible: QuerySet[Employment]) -> QuerySet[Employment]:
    """Return visible open employments of persons who work at another enterprise as well, visible or not."""
    other = Employment.objects.filter(individual=OuterRef("individual"), left__isnull=True).exclude(
        enterprise=OuterRef("enterprise")
    )
    return visible.filter(Exists(other), left__isnull=True)
