"""From a record to the rows it changed, and from a row to its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record
from pingzhan.foundation.audit.changes import (
    PER_TABLE,
    Transaction,
    changes_of,
    changes_of_object,
    histories,
    open_transactions,
    records_of,
)
from pingzhan.foundation.audit.models import AuditRecord

BY = Actor(kind="user", user_id=7, person_id=None, name="\u7532")


def pair(one: AuditRecord) -> Transaction:
    assert one.tx is not None
    assert one.tx_at is not None
    return one.tx, one.tx_at


@pytest.mark.django_db(transaction=True)
def test_a_record_leads_to_the_rows_it_changed_and_to_no_others() -> None:
    with transaction.atomic():
        user = User.objects.create_user("wang", name="\u4e59")
        grant = RoleGrant.objects.create(user=user, role=Role.LEADER)
        number = str(grant.pk)
        made = record("test.made", by=BY)
    with transaction.atomic():
        RoleGrant.objects.update(unit_path="/1/")
        changed = record("test.changed", by=BY)
    with transaction.atomic():
        grant.delete()
        gone = record("test.gone", by=BY)

    assert {one.model: one.count for one in changes_of([pair(made)])} == {
        "access.rolegrant": 1,
        "accounts.user": 1,
    }
    (table,) = changes_of([pair(changed)])
    (row,) = table.rows
    assert (row.kind, row.object_id, row.first) == ("update", number, False)
    assert [(one.before, one.after) for one in row.fields] == [("/", "/1/")]
    (table,) = changes_of([pair(gone)])
    shown = {one.title: (one.before, one.after) for one in table.rows[0].fields}
    assert shown["\u89d2\u8272"] == ("\u9886\u5bfc\u5c0f\u7ec4", "")
    assert shown["\u8d26\u53f7"] == (f"#{user.pk} \u4e59", "")
    assert changes_of([]) == []


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_that_changes_is_told_by_the_names_of_both() -> None:
    one, other = (
        User.objects.create_user("wang", name="\u4e59"),
        User.objects.create_user("li", name="\u4e19"),
    )
    grant = RoleGrant.objects.create(user=one, role=Role.LEADER)
    RoleGrant.objects.filter(pk=grant.pk).update(user=other)
    newest, _first = changes_of_object("access.rolegrant", str(grant.pk))
    assert [(field.title, field.before, field.after) for field in newest.fields] == [
        ("\u8d26\u53f7", f"#{one.pk} \u4e59", f"#{other.pk} \u4e19")
    ]


@pytest.mark.django_db(transaction=True)
def test_an_object_tells_its_whole_life_newest_first() -> None:
    user = User.objects.create_user("wang", name="\u4e59")
    User.objects.filter(pk=user.pk).update(name="\u4e19")
    User.objects.filter(pk=user.pk).update(name="\u4e19")
    user.refresh_from_db()
    user.set_password("another-long-one")
    user.save()
    number = user.pk
    user.delete()
    life = changes_of_object("accounts.user", str(number))
    # What changes nothing, and what is not copied (the password), leaves no event.
    assert [row.kind for row in life] == ["delete", "update", "insert"]
    assert [(one.before, one.after) for one in life[1].fields] == [("\u4e59", "\u4e19")]
    with pytest.raises(KeyError):
        changes_of_object("accounts.user", "not a number")
    with pytest.raises(KeyError):
        changes_of_object("auth.permission", "1")


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_grow_with_the_rows(
    rows: int, django_assert_num_queries: Any
) -> None:
    user = User.objects.create_user("wang")
    paths = [f"/{n}/" for n in range(rows)]
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=Role.LEADER, unit_path=path) for path in paths])
    RoleGrant.objects.update(role=Role.OFFICIAL)
    one = record("test.n", by=BY)
    with django_assert_num_queries(6):
        changes_of([pair(one)])


@pytest.mark.django_db
def test_many_rows_are_counted_and_the_first_shown() -> None:
    user = User.objects.create_user("wang")
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=user, role=Role.LEADER, unit_path=f"/{n}/") for n in range(PER_TABLE + 5)]
    )
    one = record("test.n", by=BY)
    found = {table.model: table for table in changes_of([pair(one)])}["access.rolegrant"]
    assert (found.count, len(found.rows)) == (PER_TABLE + 5, PER_TABLE)


@pytest.mark.django_db(transaction=True)
def test_rows_are_shown_only_to_those_who_may_read_all_their_records() -> None:
    with transaction.atomic():
        inside = record("t", by=BY, unit_path="/1/3/")
    with transaction.atomic():
        record("t", by=BY, unit_path="/1/3/")
        both = record("t", by=BY, unit_path="/1/4/")
    bare = (1, timezone.now() - timedelta(days=1))
    pairs = [pair(inside), pair(both), bare]
    assert open_transactions(pairs, paths=["/"]) == set(pairs)
    assert open_transactions(pairs, paths=["/1/3/"]) == {pair(inside)}
    assert open_transactions(pairs, paths=[]) == set()
    assert [one.unit_path for one in records_of([pair(both)])[pair(both)]] == ["/1/3/", "/1/4/"]


@pytest.mark.django_db
def test_sealed_fields_are_never_shown() -> None:
    """A table made for this test would need a migration, so the words are asked for directly."""
    from django.db import models

    from pingzhan.foundation.audit.changes import _Names

    column = models.BinaryField()
    column.set_attributes_from_name("sealed")
    assert _Names([column], []).say(column, b"secret") == "\u5df2\u52a0\u5bc6"


@pytest.mark.django_db
def test_whatever_writes_a_row_leaves_an_event() -> None:
    user = User.objects.create_user("wang")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_rolegrant (user_id, role, unit_path) VALUES (%s, 'leader', '/7/')"
            " ON CONFLICT DO NOTHING",
            [user.pk],
        )
        cursor.execute("UPDATE access_rolegrant SET unit_path = '/8/' WHERE unit_path = '/7/'")
        cursor.execute("DELETE FROM access_rolegrant WHERE unit_path = '/8/'")
    events: Any = histories()["access.rolegrant"]._default_manager.order_by("pgh_id")
    assert [(one.pgh_label, one.unit_path) for one in events] == [
        ("insert", "/7/"),
        ("update", "/8/"),
        ("delete", "/8/"),
    ]


@pytest.mark.django_db
def test_secrets_are_in_no_history() -> None:
    user_columns = {one.name for one in histories()["accounts.user"]._meta.fields}
    link_columns = {one.name for one in histories()["accounts.setuplink"]._meta.fields}
    assert {"password", "last_login"} & user_columns == set()
    assert "token_sha" not in link_columns
