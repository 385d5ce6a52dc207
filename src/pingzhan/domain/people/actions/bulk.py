"""Writing many people at once: ids drawn in one statement, rows written by COPY, no model instance per row.

The callers (import, demo zone, the single registration) check rights, write the record of the act and hold the
transaction. What comes in is checked already; the database's constraints still apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain

from django.db import connection
from psycopg import sql

from pingzhan.domain.people import personal, tokens
from pingzhan.domain.people.personal import Personal
from pingzhan.foundation.clock import midnight
from pingzhan.foundation.privacy.vault import Vault, new_subjects

SUBJECT_KIND = "worker"


@dataclass(frozen=True, slots=True)
class NewEmployment:
    """An employment to be written with its placement from the first day on.

    With ``former_team_id`` and ``moved`` (a day inside the employment) there are two placements: in the former
    team until that day, in ``team_id`` from then on.
    """

    individual_id: int
    enterprise_id: int
    employee_no: str
    job: str
    kind: str
    groups: tuple[str, ...]
    joined: date
    left: date | None = None
    left_reason: str = ""
    team_id: int | None = None
    room_id: int | None = None
    canteen_id: int | None = None
    sitting: int | None = None
    former_team_id: int | None = None
    moved: date | None = None

    def of(self, individual_id: int) -> NewEmployment:
        """Return the same employment of this person."""
        return replace(self, individual_id=individual_id)

    def placements(self) -> Iterator[tuple[int | None, date, date | None]]:
        """Return team, first day and the day it ended of each placement; none for an empty employment."""
        if self.left is not None and self.left <= self.joined:
            return
        begin = self.joined
        if self.moved is not None:
            yield self.former_team_id, begin, self.moved
            begin = self.moved
        yield self.team_id, begin, self.left


def draw_ids(table: str, n: int) -> list[int]:
    """Return ``n`` fresh ids of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, n]
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows by COPY. They are made before it begins: while it runs the connection answers nothing else."""
    ready = list(rows)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in ready:
            copy.write_row(row)


def seal(vault: Vault, subject_id: int, person: Personal) -> list[bytes | None]:
    """Return name, number, phone and address sealed, None for what is missing."""
    return [
        None if text is None else vault.seal(subject_id, field, text)
        for field, text in person.texts().items()
    ]


def insert_people(people: Sequence[Personal]) -> list[int]:
    """Write persons who are not registered yet and return their ids in the same order."""
    if not people:
        return []
    vault = new_subjects(SUBJECT_KIND, len(people))
    ids = draw_ids("people_individual", len(people))
    digests = personal.document_digests(person.document for person in people)
    copy_rows(
        "people_individual",
        (
            *("id", "subject_id", "doc_kind", "id_digest", "sex", "birth_year"),
            *("name_sealed", "id_sealed", "phone_sealed", "address_sealed"),
        ),
        (
            (
                pk,
                subject_id,
                person.document.kind,
                digest,
                person.document.sex,
                person.document.birth_year,
                *seal(vault, subject_id, person),
            )
            for pk, subject_id, digest, person in zip(ids, vault.ids, digests, people, strict=True)
        ),
    )
    insert_tokens(zip(ids, people, strict=True))
    return ids


def insert_tokens(people: Iterable[tuple[int, Personal]]) -> None:
    """Write the search words of persons who have none, each different word of the batch hashed once."""
    batch = list(people)
    words = [
        tokens.name_words(person.name) + tokens.number_words(person.document.number, person.phone)
        for _pk, person in batch
    ]
    distinct = list(dict.fromkeys(chain.from_iterable(words)))
    # As text: an array literal of numbers needs no adaptation per element.
    number = dict(zip(distinct, map(str, tokens.hashed(distinct)), strict=True))
    names = personal.name_digests(person.name for _pk, person in batch)
    phones = personal.phone_digests(person.phone for _pk, person in batch)
    copy_rows(
        "people_searchtokens",
        ("individual_id", "tokens", "name_digest", "phone_digest"),
        (
            (pk, f"{{{','.join([number[word] for word in mine])}}}", names[person.name], phones[person.phone])
            for (pk, person), mine in zip(batch, words, strict=True)
        ),
    )


def insert_employments(rows: Sequence[NewEmployment]) -> list[int]:
    """Write employments, each with its first placement, and return their ids in the same order."""
    if not rows:
        return []
    ids = draw_ids("people_employment", len(rows))
    copy_rows(
        "people_employment",
        (
            *("id", "individual_id", "enterprise_id", "employee_no", "job", "kind", "groups"),
            *("joined", "left", "left_reason"),
        ),
        (
            (
                pk,
                row.individual_id,
                row.enterprise_id,
                row.employee_no,
                row.job,
                row.kind,
                list(row.groups),
                row.joined,
                row.left,
                row.left_reason,
            )
            for pk, row in zip(ids, rows, strict=True)
        ),
    )
    midnights: dict[date | None, datetime | None] = {None: None}

    def moment(day: date | None) -> datetime | None:
        if day not in midnights and day is not None:
            midnights[day] = midnight(day)
        return midnights[day]

    copy_rows(
        "people_placement",
        ("employment_id", "enterprise_id", "team_id", "room_id", "canteen_id", "sitting", "t0", "t1"),
        (
            (pk, row.enterprise_id, team, row.room_id, row.canteen_id, row.sitting, moment(t0), moment(t1))
            for pk, row in zip(ids, rows, strict=True)
            for team, t0, t1 in row.placements()
        ),
    )
    return ids
