from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import Actor, link_actor, system_actor
from pingzhan.foundation.audit import Break, head, operation, record, verify_chain
from pingzhan.foundation.audit.chain import GENESIS, sha_of
from pingzhan.foundation.audit.models import AuditRecord

SYSTEM = system_actor("巡检")
DUTY = Actor(kind="user", user_id=7, person_id=70, name="甲")


@contextmanager
def as_tamperer() -> Iterator[Any]:
    """A superuser who switches the triggers off: what the chain is there to find out."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.django_db
def test_each_record_continues_from_the_one_before() -> None:
    first = record("test.first", by=SYSTEM)
    second = record("test.second", by=DUTY, subject=("seat", 12), unit_path="/1/", world=3, body={"n": 1})
    link = record("test.third", by=link_actor(70, "甲"))
    assert first.prev_sha == GENESIS
    assert second.prev_sha == first.sha
    assert (second.actor_kind, second.actor_id, second.subject_kind, second.subject_id) == (
        "user",
        7,
        "seat",
        "12",
    )
    assert (link.actor_kind, link.actor_id) == ("link", 70)
    assert first.actor_id is None
    assert verify_chain() == []
    assert head() == (3, link.sha)


@pytest.mark.django_db(transaction=True)
def test_a_record_needs_the_callers_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record("test.loose", by=SYSTEM)
    assert AuditRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_action_leaves_no_record_and_no_break() -> None:
    with transaction.atomic():
        record("test.kept", by=SYSTEM)
    with transaction.atomic():
        record("test.lost", by=SYSTEM)
        transaction.set_rollback(True)
    with transaction.atomic():
        record("test.kept", by=SYSTEM)
    assert list(AuditRecord.objects.values_list("verb", flat=True)) == ["test.kept", "test.kept"]
    assert verify_chain() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditrecord SET actor_name = ''",
        "UPDATE audit_auditrecord SET sha = sha",
        "DELETE FROM audit_auditrecord",
    ],
)
def test_the_database_refuses_to_change_or_delete(sql: str) -> None:
    record("test.one", by=SYSTEM)
    with (
        pytest.raises(DatabaseError, match="\u7559\u75d5\u8bb0\u5f55\u53ea\u80fd\u8ffd\u52a0"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditRecord.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "乙"),
        ("actor_id", "99"),
        ("verb", "test.other"),
        ("unit_path", "/9/"),
        ("world", "5"),
        ("subject_id", "13"),
        ("body", '{"n": 2}'),
        ("at", "2020-01-01T00:00:00Z"),
    ],
)
def test_an_edited_row_is_named(column: str, value: str) -> None:
    rows = [record("test.n", by=DUTY, subject=("seat", 12), body={"n": 1}) for _ in range(3)]
    with as_tamperer() as cursor:
        cursor.execute(f"UPDATE audit_auditrecord SET {column} = %s WHERE id = %s", [value, rows[1].pk])
    assert verify_chain() == [Break(rows[1].pk, "edited", rows[0].pk)]


@pytest.mark.django_db
def test_a_row_edited_together_with_its_hash_breaks_at_the_next_row() -> None:
    rows = [record("test.n", by=DUTY, body={"n": 1}) for _ in range(3)]
    forged = AuditRecord.objects.get(pk=rows[1].pk)
    forged.body = {"n": 2}
    with as_tamperer() as cursor:
        cursor.execute(
            "UPDATE audit_auditrecord SET body = %s, sha = %s WHERE id = %s",
            ['{"n": 2}', sha_of(forged), forged.pk],
        )
    # Its mark cannot be made again without the key, and the next row continues from the former hash.
    assert verify_chain() == [
        Break(rows[1].pk, "forged", rows[0].pk),
        Break(rows[2].pk, "missing", rows[1].pk),
    ]


@pytest.mark.django_db
def test_a_row_deleted_in_the_middle_is_named_by_its_neighbours() -> None:
    rows = [record("test.n", by=SYSTEM) for _ in range(4)]
    with as_tamperer() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord WHERE id = %s", [rows[1].pk])
    assert verify_chain() == [Break(rows[2].pk, "missing", rows[0].pk)]


@pytest.mark.django_db
def test_rows_cut_off_at_the_end_show_in_the_noted_head() -> None:
    rows = [record("test.n", by=SYSTEM) for _ in range(3)]
    noted = head()
    with as_tamperer() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord WHERE id = %s", [rows[2].pk])
    assert verify_chain() == []
    assert head() != noted


@pytest.mark.django_db(transaction=True)
def test_eight_threads_append_one_unbroken_chain() -> None:
    failures: list[BaseException] = []

    def append() -> None:
        try:
            for n in range(10):
                with transaction.atomic():
                    record("test.thread", by=DUTY, body={"n": n})
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert AuditRecord.objects.count() == 80
    assert verify_chain() == []


@pytest.mark.django_db
def test_records_of_one_operation_share_its_id() -> None:
    with operation() as outer:
        first = record("test.one", by=SYSTEM)
        with operation() as inner:
            second = record("test.two", by=SYSTEM)
    alone = record("test.alone", by=SYSTEM)
    assert outer == inner == first.operation == second.operation
    assert alone.operation != outer


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(TEXT, JSON, max_size=4), name=TEXT, subject=TEXT)
def test_whatever_is_recorded_verifies_after_reading_back(
    body: dict[str, Any], name: str, subject: str
) -> None:
    actor = Actor(kind="user", user_id=1, person_id=None, name=name)
    written = record("test.any", by=actor, subject=("thing", subject), body=body)
    assert sha_of(AuditRecord.objects.get(pk=written.pk)) == written.sha


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(2, 8))
def test_any_one_row_edited_is_found_and_no_other_is_blamed(data: st.DataObject, length: int) -> None:
    with transaction.atomic():
        rows = [record("test.n", by=SYSTEM, body={"n": n}) for n in range(length)]
        bad = data.draw(st.sampled_from(rows))
        with as_tamperer() as cursor:
            cursor.execute("UPDATE audit_auditrecord SET world = world + 1 WHERE id = %s", [bad.pk])
        assert [item.record_id for item in verify_chain() if item.record_id >= rows[0].pk] == [bad.pk]
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{"n": float("nan")}, {"n": "\x00"}, {"n": object()}])
def test_what_json_cannot_hold_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        record("test.bad", by=SYSTEM, body=body)
