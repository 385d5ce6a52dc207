"""Two records become one: nothing of an employment is lost, the former number still finds the person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import DocumentKind, LeaveReason, MergeReason
from pingzhan.domain.people.models import Employment, Individual, KeptApart, Placement, SearchTokens
from pingzhan.domain.people.queries.alike import near, near_check_digit
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from pingzhan.kernel.idnumber import check_character
from tests.domain.people.crowd import DAY, Firm, Park, acting, hire, id_number, person, texts_of

RIGHT = id_number(5)


def wrong_digit(number: str = RIGHT, at: int = 3) -> str:
    """The number with one other digit and the check character that then fits."""
    first = f"{number[:at]}{(int(number[at]) + 1) % 10}{number[at + 1 : 17]}"
    return first + check_character(first)


def pair(mill: Firm, forge: Firm) -> tuple[Employment, Employment]:
    first = hire(mill, person(number=RIGHT, phone="15400001111"))
    second = hire(forge, person(number=wrong_digit(), phone="15400001111", address="\u65b0\u8857 1 \u53f7"))
    return first, second


def test_everything_goes_to_the_one_who_stays(park: Park, mill: Firm, forge: Firm) -> None:
    first, second = pair(mill, forge)
    by = acting(Role.COMPANY, park.area.path)
    api.merge(keep=first.individual, drop=second.individual, reason=MergeReason.TYPING, by=by)
    keep, drop = first.individual, Individual.objects.get(pk=second.individual_id)
    assert set(Employment.objects.filter(individual=keep)) == {first, second}
    assert texts_of(keep).address == "\u65b0\u8857 1 \u53f7"
    assert drop.merged_into == keep
    assert texts_of(drop) == api.Opened(None, None, None, None)
    assert SearchTokens.objects.count() == 1
    line = AuditRecord.objects.get(verb="people.merged")
    assert line.unit_path == park.area.path
    assert line.body == {"dropped": drop.pk, "merge_reason": "typing", "employments": [second.pk]}
    # The mistyped number still leads to the person, who is not registered a third time.
    with pytest.raises(Conflict):
        hire(mill, person(number=wrong_digit()))
    assert Individual.objects.count() == 2
    with pytest.raises(Conflict):
        api.merge(keep=keep, drop=drop, reason=MergeReason.TYPING, by=park.root)


def test_two_open_records_at_one_enterprise(mill: Firm) -> None:
    first = hire(mill, person(number=RIGHT), no="1")
    second = hire(mill, person(number=wrong_digit()), no="2")
    api.merge(keep=first.individual, drop=second.individual, reason=MergeReason.TYPING, by=mill.contact)
    second.refresh_from_db()
    assert (second.left, second.left_reason) == (second.joined, LeaveReason.MISTAKE)
    assert Placement.objects.filter(t1=None).get().employment_id == first.pk
    assert Placement.objects.filter(employment=second).count() == 1


def test_chains_have_one_step(park: Park, mill: Firm) -> None:
    jobs = [hire(mill, person(number=wrong_digit(at=at)), no=str(at)) for at in (2, 3, 4)]
    one, two, three = (job.individual for job in jobs)
    api.merge(keep=two, drop=three, reason=MergeReason.TYPING, by=park.root)
    api.merge(keep=one, drop=two, reason=MergeReason.OTHER, by=park.root)
    assert set(Individual.objects.filter(merged_into=one)) == {two, three}
    assert sorted(api.merged_subjects([one.subject_id])) == sorted([two.subject_id, three.subject_id])


def test_who_may_not_merge(park: Park, mill: Firm, forge: Firm) -> None:
    first, second = pair(mill, forge)
    refused = [acting(role, park.zone.path) for role in Role if role is not Role.COMPANY]
    for by in [mill.contact, forge.contact, *refused]:
        assert not api.can_merge(by, first.individual, second.individual)
        with pytest.raises(Refused):
            api.merge(keep=first.individual, drop=second.individual, reason=MergeReason.TYPING, by=by)
        with pytest.raises(Refused):
            api.keep_apart(first=first.individual, second=second.individual, by=by)
    with pytest.raises(Invalid):
        api.merge(keep=first.individual, drop=first.individual, reason=MergeReason.TYPING, by=park.root)


def test_pairs_are_found_for_their_reasons(park: Park, mill: Firm, forge: Firm) -> None:
    first, second = pair(mill, forge)
    hire(mill, person("\u989c\u5c11\u5e73", phone="15400007777"))
    hire(mill, person("\u8c37\u4e00\u9e23", id_number(300)))  # the same name and year, another number
    (found,) = api.alike(Employment.objects.all())
    assert {found.first.pk, found.second.pk} == {first.individual_id, second.individual_id}
    assert found.reasons == ("name", "phone", "number")
    # Neither enterprise sees the other's half.
    assert api.alike(api.visible_to(mill.contact)) == []


def test_another_name_with_the_same_phone_and_year(mill: Firm) -> None:
    hire(mill, person("\u8c37\u4e00\u9e23", id_number(1), phone="15400001111"))
    hire(mill, person("\u8c37\u4e00\u660e", id_number(40), phone="15400001111"))
    (found,) = api.alike(Employment.objects.all())
    assert found.reasons == ("phone",)


def test_two_who_were_found_to_be_two_are_not_shown_again(park: Park, mill: Firm, forge: Firm) -> None:
    first, second = pair(mill, forge)
    api.keep_apart(first=second.individual, second=first.individual, by=park.root)
    assert KeptApart.objects.get().first_id == min(first.individual_id, second.individual_id)
    assert api.alike(Employment.objects.all()) == []
    with pytest.raises(Conflict):
        api.keep_apart(first=first.individual, second=second.individual, by=park.root)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("12345", "12345", False),
        ("12345", "12845", True),
        ("12345", "12435", True),
        ("12345", "14325", False),
        ("12345", "1234", False),
        ("12345", "62845", False),
        (None, "12345", False),
    ],
)
def test_what_near_means(one: str | None, other: str, alike: bool) -> None:
    assert near(one, other) is alike


def test_the_check_character_does_not_count() -> None:
    assert near_check_digit(RIGHT, wrong_digit())
    assert not near_check_digit(RIGHT, id_number(6, year=1890))


def test_a_passport_and_a_card_of_one_person(park: Park, mill: Firm) -> None:
    first = hire(mill, person(phone="15400001111"), no="1")
    passport = api.Personal(
        "\u8c37\u4e00\u9e23", api.read_document(DocumentKind.PASSPORT, "E1234567"), "15400001111"
    )
    second = hire(mill, passport, no="2", joined=DAY + timedelta(days=1))
    (found,) = api.alike(Employment.objects.all())
    assert found.reasons == ("name", "phone")
    api.merge(keep=first.individual, drop=second.individual, reason=MergeReason.TWO_KINDS, by=park.root)
    assert Individual.objects.filter(merged_into=None).count() == 1
