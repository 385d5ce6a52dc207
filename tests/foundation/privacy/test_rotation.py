"""Changing keys: everything opens afterwards, the former keys are gone, a kill in between loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.privacy import keyring, lookup, rotation, upkeep
from pingzhan.foundation.privacy.models import LookupKey, Subject
from pingzhan.foundation.privacy.vault import Vault, new_subjects

pytestmark = pytest.mark.django_db
ROOT = system_actor("test")


@pytest.fixture(autouse=True)
def no_other_rehash(ring: None) -> Iterator[None]:
    with patch.object(lookup, "_rehashes", {}):
        yield


def test_masters_rotate_in_batches_and_everything_opens() -> None:
    before = keyring.load()
    box = new_subjects("test", 7)
    sealed = {one: box.seal(one, "phone", f"1390000{one}") for one in box.ids}
    Subject.objects.filter(pk=box.ids[0]).update(wrapped=None, erased_at=Now())
    told: list[tuple[int, int]] = []
    with patch.object(rotation, "BATCH", 2):
        retired = rotation.rotate_masters(by=ROOT, tell=lambda done, total: told.append((done, total)))
    ring = keyring.load()
    assert before.master in retired
    assert list(ring.masters) == [ring.master]
    assert told == [(2, 6), (4, 6), (6, 6)]
    again = Vault.load(box.ids)
    assert again.open(box.ids[0], "phone", sealed[box.ids[0]]) is None
    assert all(again.open(one, "phone", sealed[one]) == f"1390000{one}" for one in box.ids[1:])
    assert set(Subject.objects.filter(pk__in=box.ids[1:]).values_list("master", flat=True)) == {ring.master}
    assert verify_chain() == []
    assert upkeep.missing_keys() == []


def test_a_killed_rotation_is_taken_up() -> None:
    box = new_subjects("test", 5)
    sealed = box.seal(box.ids[4], "phone", "13900001234")

    def die(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with patch.object(rotation, "BATCH", 2), pytest.raises(KeyboardInterrupt):
        rotation.rotate_masters(by=ROOT, tell=die)
    half = keyring.load()
    assert len(half.masters) == 2
    assert Subject.objects.filter(master=half.master).count() == 2
    assert Vault.load(box.ids).open(box.ids[4], "phone", sealed) == "13900001234"
    rotation.rotate_masters(by=ROOT)
    done = keyring.load()
    assert done.master == half.master
    assert list(done.masters) == [half.master]
    assert Vault.load(box.ids).open(box.ids[4], "phone", sealed) == "13900001234"


def test_a_key_begun_meanwhile_is_not_destroyed() -> None:
    new_subjects("test", 1)
    rotation.begin_masters()
    real = keyring.change
    other: list[str] = []

    def begin_another(step: object) -> keyring.Ring:
        if not other:
            other.append(real(lambda ring: ring.with_new_master()).master)
        return real(step)  # type: ignore[arg-type]

    with patch.object(keyring, "change", begin_another):
        rotation.finish_masters(by=ROOT)
    ring = keyring.load()
    assert ring.master == other[0]
    assert upkeep.missing_keys() == []


def test_lookup_rotates_with_all_hashes() -> None:
    stored = {"13900001234": lookup.digest("phone", "13900001234")}
    before = dict(stored)

    def rehash() -> int:
        stored.update({value: lookup.digest("phone", value) for value in stored})
        return len(stored)

    lookup.register_rehash("test", rehash)
    former = keyring.load().lookup
    retired, rows = rotation.rotate_lookup(by=ROOT)
    assert (former in retired, rows) == (True, 1)
    assert stored != before
    assert stored["13900001234"] == lookup.digest("phone", "13900001234")
    ring = keyring.load()
    assert list(ring.lookups) == [ring.lookup] == [LookupKey.objects.get().key]


def test_a_lookup_rotation_that_fails_changes_nothing() -> None:
    value = lookup.digest("phone", "13900001234")

    def rehash() -> int:
        raise RuntimeError

    lookup.register_rehash("test", rehash)
    with pytest.raises(RuntimeError), transaction.atomic():
        rotation.rotate_lookup(by=ROOT)
    assert lookup.digest("phone", "13900001234") == value
    lookup._rehashes.clear()
    rotation.rotate_lookup(by=ROOT)
    assert len(keyring.load().lookups) == 1


@pytest.mark.django_db(transaction=True)
def test_writers_and_the_rotation_exclude_each_other(django_db_blocker: object) -> None:
    from django.db import connections

    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            lookup.digest("phone", "1")
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [0x50_5A_4B_45_59_53])
                assert cursor.fetchone() == (False,)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [0x50_5A_4B_45_59_53])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def test_the_lock_is_taken_again_after_a_savepoint_took_it_away() -> None:
    point = transaction.savepoint()
    lookup.digest("phone", "1")
    transaction.savepoint_rollback(point)
    connection.force_debug_cursor = True
    try:
        before = len(connection.queries_log)
        lookup.digest("phone", "1")
        first = len(connection.queries_log) - before
        lookup.digest("phone", "1")
    finally:
        connection.force_debug_cursor = False
    assert first == 2
    assert len(connection.queries_log) - before == 2
