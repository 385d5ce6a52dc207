"""Erasing, hashing anew, revealing, keeping: what privacy does with what this module holds."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import LeaveReason, MergeReason
from pingzhan.domain.people.models import Employment, Individual, SearchTokens
from pingzhan.domain.people.protection import leavers_due, rehash, reveal_worker
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.privacy import erasing, holders, rotation
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.privacy.reveal import reveal
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Invalid, NotFound, Refused
from tests.domain.people.crowd import DAY, Firm, Park, acting, hire, id_number, person, texts_of
from tests.factories.accounts import actor_with


def kept(subject: int) -> dict[str, int]:
    return {
        one.key: one.count([subject]) for one in holders.holders("worker") if one.key.startswith("people.")
    }


def test_erasing_one_person(park: Park, mill: Firm) -> None:
    first = hire(mill, person("\u8c37\u4e00\u9e23", id_number(1), "15400001111"), no="7")
    second = hire(mill, person("\u989c\u5c11\u5e73", id_number(2), "15400002222"), no="8")
    subject = first.individual.subject_id
    assert kept(subject) == {"people.individual": 1, "people.search": 1, "people.employment": 1}
    order = erasing.propose_request(
        subject_ids=[subject], basis="\u672c\u4eba\u7533\u8bf7", by=actor_with(Role.PRIVACY_OFFICER)
    )
    order = erasing.approve(erasure=order, by=actor_with(Role.LEADER))
    erasing.execute(erasure=order, by=actor_with(Role.PRIVACY_OFFICER))
    assert set(drain()) == {"done"}
    assert kept(subject) == {"people.individual": 0, "people.search": 0, "people.employment": 0}
    assert texts_of(first.individual) == api.Opened(None, None, None, None, erased=True)
    everyone = Employment.objects.all()
    for words in ("gym", id_number(1)[-4:], "1111", "\u8c37"):
        assert list(api.roster(everyone, api.RosterFilter(words=words))) == []
    # The other person is found under the new look-up key, and by his number on an import or registration.
    assert list(api.roster(everyone, api.RosterFilter(words="ysp"))) == [second]
    with pytest.raises(Exception, match="\u5728\u804c"):
        hire(mill, person("\u989c\u5c11\u5e73", id_number(2)))
    # The history holds only bytes that no key opens; the same person may be registered anew, as a new one.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM people_individualhistory WHERE pgh_obj_id = %s", [first.individual_id]
        )
        assert cursor.fetchone()[0] >= 2
    api.leave(employment=first, on=DAY + timedelta(days=1), reason=LeaveReason.OTHER, by=mill.contact)
    assert hire(mill, person("\u8c37\u4e00\u9e23", id_number(1))).individual_id != first.individual_id
    assert verify_chain() == []


def test_erasing_takes_in_what_was_merged(park: Park, mill: Firm) -> None:
    keep, drop = hire(mill, no="1"), hire(mill, no="2")
    api.merge(keep=keep.individual, drop=drop.individual, reason=MergeReason.OTHER, by=park.root)
    order = erasing.propose_request(
        subject_ids=[keep.individual.subject_id],
        basis="\u672c\u4eba\u7533\u8bf7",
        by=actor_with(Role.PRIVACY_OFFICER),
    )
    chosen = set(order.subjects.values_list("subject_id", flat=True))
    assert chosen == {keep.individual.subject_id, drop.individual.subject_id}


def test_a_new_look_up_key_finds_everybody_and_the_old_one_nobody(park: Park, mill: Firm) -> None:
    job = hire(mill, person("\u8c37\u4e00\u9e23", id_number(1), "15400001111"))
    twin = hire(mill, person("\u8c37\u4e00\u9e23", id_number(900), "15400001111"))
    api.merge(keep=job.individual, drop=twin.individual, reason=MergeReason.OTHER, by=park.root)
    old = (list(SearchTokens.objects.values_list("tokens", flat=True)), digests())
    rotation.rotate_lookup(by=park.root)
    new = (list(SearchTokens.objects.values_list("tokens", flat=True)), digests())
    assert len(new[0]) == len(old[0]) == 1
    assert not set(new[0][0]) & set(old[0][0])
    assert not new[1] & old[1]
    everyone = Employment.objects.filter(left=None)
    assert list(api.roster(everyone, api.RosterFilter(words="gym"))) == [job]


def digests() -> set[bytes]:
    rows = Individual.objects.exclude(id_digest=None).values_list("id_digest", flat=True)
    return {bytes(row or b"") for row in rows}


@pytest.mark.django_db
def test_hashing_nothing_anew() -> None:
    assert rehash() == 0


def test_revealing_needs_sight_right_and_reason(park: Park, mill: Firm, forge: Firm) -> None:
    job = hire(mill, person(number=id_number(1), phone="15400001111"))
    for by in (forge.contact, acting(Role.OFFICIAL, park.zone.path), acting(Role.AUDITOR, "/")):
        with pytest.raises(NotFound):
            reveal_worker(by, job.pk)
    officer = actor_with(Role.DUTY_OFFICER, path=park.zone.path)
    found = reveal_worker(officer, job.pk)
    texts = reveal(
        subject_id=found.subject_id, fields=found.fields, reason="\u8054\u7cfb\u672c\u4eba\u590d\u6838",
        by=officer, unit_path=found.unit_path,
    )  # fmt: skip
    assert texts == {"id": id_number(1), "phone": "15400001111"}
    with pytest.raises(Invalid):
        reveal(
            subject_id=found.subject_id, fields=found.fields, reason="", by=officer, unit_path=found.unit_path
        )
    leader = actor_with(Role.LEADER, path=park.zone.path)
    assert reveal_worker(leader, job.pk).subject_id == found.subject_id
    with pytest.raises(Refused):
        reveal(
            subject_id=found.subject_id, fields=found.fields, reason="\u8054\u7cfb\u672c\u4eba\u590d\u6838",
            by=leader, unit_path=found.unit_path,
        )  # fmt: skip


def test_leavers_are_due_when_all_their_employments_have_ended(park: Park, mill: Firm, forge: Firm) -> None:
    gone, back, stays = person(), person(), person()
    first = hire(mill, gone)
    second = hire(mill, back)
    hire(mill, stays)
    end = DAY + timedelta(days=10)
    for job in (first, second):
        api.leave(employment=job, on=end, reason=LeaveReason.RESIGNED, by=mill.contact)
    hire(forge, back, joined=end)
    moment = timezone.make_aware(datetime.combine(end, time.min))
    assert leavers_due(moment + timedelta(days=60), 60, 9) == []
    assert leavers_due(moment + timedelta(days=61), 60, 9) == [first.individual.subject_id]
    Subject.objects.filter(pk=first.individual.subject_id).update(wrapped=None, erased_at=timezone.now())
    assert leavers_due(moment + timedelta(days=61), 60, 9) == []
