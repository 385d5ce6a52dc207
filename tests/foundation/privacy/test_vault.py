"""Sealing: a round trip for the right person and field, a refusal for everything else."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import IntegrityError, InternalError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pingzhan.foundation.privacy import keyring, lookup, vault
from pingzhan.foundation.privacy.errors import KeyMissing, Unreadable
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.privacy.vault import Vault, new_subjects
from pingzhan.kernel.errors import Conflict

pytestmark = pytest.mark.django_db


class TestRoundTrip(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(text=st.text(), field=st.text(min_size=1), other=st.text(min_size=1))
    def test_opens_for_its_field_only(self, text: str, field: str, other: str) -> None:
        box = new_subjects("test", 2)
        one, two = box.ids
        sealed = box.seal(one, field, text)
        again = Vault.load([one, two])
        assert again.open(one, field, sealed) == text
        with pytest.raises(Unreadable):
            again.open(two, field, sealed)
        if other != field:
            with pytest.raises(Unreadable):
                again.open(one, other, sealed)

    @settings(max_examples=60, deadline=None)
    @given(at=st.integers(min_value=0), change=st.integers(1, 255))
    def test_one_changed_byte_is_noticed(self, at: int, change: int) -> None:
        box = new_subjects("test", 1)
        sealed = bytearray(box.seal(box.ids[0], "phone", "13900001234"))
        sealed[at % len(sealed)] ^= change
        with pytest.raises(Unreadable):
            box.open(box.ids[0], "phone", bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 28])
def test_a_stump_does_not_open(length: int) -> None:
    box = new_subjects("test", 1)
    with pytest.raises(Unreadable):
        box.open(box.ids[0], "phone", box.seal(box.ids[0], "phone", "1")[:length])


def test_equal_texts_look_different_and_keys_differ() -> None:
    box = new_subjects("test", 2)
    sealed = {box.seal(subject, "name", "\u674e\u56db") for subject in (*box.ids, *box.ids)}
    assert len(sealed) == 4
    wrapped = {bytes(row) for row in Subject.objects.values_list("wrapped", flat=True) if row is not None}
    assert len(wrapped) == 2


def test_swapped_keys_between_persons_are_refused() -> None:
    one, two = new_subjects("test", 2).ids
    taken = Subject.objects.get(pk=two).wrapped
    Subject.objects.filter(pk=one).update(wrapped=taken)
    with pytest.raises(Unreadable):
        Vault.load([one])


def test_nothing_to_open_is_none_and_unknown_is_an_error() -> None:
    box = new_subjects("test", 1)
    assert box.open(box.ids[0], "phone", None) is None
    with pytest.raises(LookupError):
        Vault.load([box.ids[0] + 10]).open(box.ids[0] + 10, "phone", b"x")
    assert list(new_subjects("test", 0).ids) == []


def test_a_destroyed_key_opens_nothing_and_never_comes_back() -> None:
    box = new_subjects("test", 1)
    one = box.ids[0]
    sealed = box.seal(one, "phone", "13900001234")
    former = Subject.objects.get(pk=one).wrapped
    Subject.objects.filter(pk=one).update(wrapped=None, erased_at=Now())
    again = Vault.load([one])
    assert again.open(one, "phone", sealed) is None
    assert again.erased(one)
    with pytest.raises(Conflict):
        again.seal(one, "phone", "13900001234")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Subject.objects.filter(pk=one).update(wrapped=former, erased_at=None)


def test_bulk_takes_a_fixed_number_of_statements(django_assert_num_queries: object) -> None:
    counts = []
    for number in (1, 500):
        with transaction.atomic():
            lookup.digest("warm", "up")  # takes the lock of the transaction
            before = len(connection.queries_log)
            connection.force_debug_cursor = True
            try:
                new_subjects("test", number)
            finally:
                connection.force_debug_cursor = False
            counts.append(len(connection.queries_log) - before)
    assert counts[0] == counts[1]


def test_without_the_master_key_nothing_opens() -> None:
    box = new_subjects("test", 1)
    Subject.objects.filter(pk=box.ids[0]).update(master="m00000000")
    with pytest.raises(KeyMissing) as caught:
        Vault.load(box.ids)
    assert caught.value.place == "m00000000"


def test_digests_are_keyed_by_kind_and_ring() -> None:
    first = lookup.digest("phone", "13900001234")
    assert first == lookup.digest("phone", "13900001234")
    assert len(first) == lookup.DIGEST_BYTES
    assert first != lookup.digest("id", "13900001234")
    numbers = lookup.tokens("name", ["\u674e", "\u56db", "\u674e"])
    assert len(numbers) == 2
    assert all(0 <= number < 2**63 for number in numbers)
    ring = keyring.load()
    assert ring.lookup_key(ring.lookup) != ring.master_key(ring.master)
    assert vault.OVERHEAD == 29
