"""企业值守: who gets in, wrong input under its day, gaps shown, telephones masked, team, drills, cost of pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import NEEDED_TASKS
from pingzhan.domain.premises.models import DutyDay, Exercise, SelfCheck, TeamMember
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.photos.models import Photo
from tests.domain.people.crowd import Firm, Park, hire, person
from tests.domain.premises.samples import crew
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]
PHONE = "13900001111"
FIRM_QUERIES, TEAM_QUERIES, DRILL_QUERIES, ZONE_QUERIES = 12, 14, 10, 12
DAY = timedelta(days=1)
WHY = {"why": "\u7d27\u6025\u8054\u7edc\u672c\u4eba"}


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def exercise(firm: Firm, topic: str = "\u9694\u79bb") -> Exercise:
    data = premises.ExerciseData(topic, premises.duty_day(), "\u4e00\u8f66\u95f4", 5, "\u6309\u9884\u6848")
    return premises.hold_exercise(enterprise=firm.unit, data=data, by=firm.contact)


def drill_words(**changes: Any) -> dict[str, Any]:
    today = premises.duty_day().isoformat()
    words = {
        "topic": "\u9694\u79bb",
        "held_on": today,
        "place": "\u8f66\u95f4",
        "persons": "5",
        "course": "x",
    }
    return {**words, **changes}


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    row, unit = exercise(mill), mill.unit.pk
    for page in ("", f"{unit}/", f"{unit}/week/", f"{unit}/team/", f"{unit}/drills/", f"drill/{row.pk}/"):
        assert client.get(f"/day/duty/{page}").status_code == 403, page
    for page in (f"{unit}/copy/", f"{unit}/kept/", f"{unit}/team/right/", f"drill/{row.pk}/void/"):
        assert client.post(f"/day/duty/{page}").status_code == 403, page


def test_another_enterprise_is_not_found_and_an_official_only_reads(
    sign_in: SignIn, park: Park, mill: Firm
) -> None:
    row, unit = exercise(mill), mill.unit.pk
    crew(mill, 1)
    member = premises.join_team(enterprise=mill.unit, number="N1", task=NEEDED_TASKS[0], by=mill.contact)
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    official = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    for page in (f"{unit}/", f"{unit}/team/", f"{unit}/drills/", f"drill/{row.pk}/"):
        assert other.get(f"/day/duty/{page}").status_code == 404, page
        assert official.get(f"/day/duty/{page}").status_code == 200, page
    for page in (f"{unit}/kept/", f"drill/{row.pk}/void/", f"member/{member.pk}/leave/"):
        assert other.post(f"/day/duty/{page}").status_code == 404, page
        assert official.post(f"/day/duty/{page}").status_code == 403, page
    assert official.post(f"/day/duty/{unit}/team/", {"number": "N1", "task": "supply"}).status_code == 403
    assert TeamMember.objects.filter(ended_at__isnull=True).count() == 1


def test_wrong_input_stands_under_its_day_and_nothing_is_set(contact: Client, mill: Firm) -> None:
    crew(mill, 2)
    address = reverse("firm_duty:week", args=[mill.unit.pk])
    answer = contact.post(address, {"leader_5": "N1", "officer_5": "X9", "leader_6": "N1", "officer_6": "N2"})
    assert answer.status_code == 422
    assert "id_officer_5_error" in text(answer)
    assert "\u6ca1\u6709\u5de5\u53f7\u4e3aX9" in text(answer)
    answer = contact.post(address, {"leader_6": "N1", "officer_6": "N1"})
    assert "id_officer_6_error" in text(answer)
    answer = contact.post(address, {"leader_6": "N1", "officer_6": ""})
    assert "\u8bf7\u586b\u5199\u5de5\u53f7\u3002" in text(answer)
    assert contact.post(address, {"leader_0": ""}).status_code == 422
    assert not DutyDay.objects.exists()


def test_a_week_is_set_copied_and_said_to_be_kept(contact: Client, mill: Firm) -> None:
    crew(mill, 2)
    today = premises.duty_day()
    sunday = clock.monday(today) + 6 * DAY
    address = reverse("firm_duty:week", args=[mill.unit.pk])
    page = reverse("firm_duty:firm", args=[mill.unit.pk])
    kept = reverse("firm_duty:kept", args=[mill.unit.pk])
    contact.post(kept)
    assert "message-warning" in text(contact.get(page))
    at = today.weekday()
    words = {f"{who}_{n}": no for n in {at, 6} for who, no in (("leader", "N1"), ("officer", "N2"))}
    assert contact.post(address, words).status_code == 302
    assert contact.post(address, words).status_code == 422
    assert set(DutyDay.objects.values_list("day", flat=True)) == {today, sunday}
    contact.post(kept)
    assert SelfCheck.objects.filter(enterprise=mill.unit).count() == 1
    copy = reverse("firm_duty:copy", args=[mill.unit.pk])
    contact.post(f"{copy}?week={sunday + DAY}")
    assert DutyDay.objects.filter(day=sunday + 7 * DAY).exists()
    contact.post(f"{copy}?week={sunday + DAY}")
    assert "message-warning" in text(contact.get(page))


def test_telephones_are_masked_and_opened_by_who_may(
    contact: Client, sign_in: SignIn, park: Park, mill: Firm
) -> None:
    leader = hire(mill, person(phone=PHONE), no="N1")
    hire(mill, no="N2")
    premises.set_duty(
        enterprise=mill.unit, lines=[premises.DutyLine(premises.duty_day(), "N1", "N2")], by=mill.contact
    )
    page = text(contact.get(reverse("firm_duty:firm", args=[mill.unit.pk])))
    assert PHONE not in page
    assert "139****1111" in page
    reveal = reverse("privacy:reveal", args=[premises.ON_DUTY, leader.pk])
    assert PHONE in text(contact.post(reveal, WHY))
    leader_of_zone = sign_in(Role.LEADER, path=park.zone.path)
    assert leader_of_zone.post(reveal, WHY).status_code == 403
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert other.post(reveal, WHY).status_code == 404


def test_the_team_and_what_it_lacks(contact: Client, mill: Firm) -> None:
    crew(mill, 1)
    address = reverse("firm_duty:team", args=[mill.unit.pk])
    right = reverse("firm_duty:team_right", args=[mill.unit.pk])
    answer = contact.post(address, {"number": "X9", "task": "leader"})
    assert answer.status_code == 422
    assert "\u6ca1\u6709\u5de5\u53f7\u4e3aX9" in text(answer)
    contact.post(right)
    assert not SelfCheck.objects.exists()
    for task in NEEDED_TASKS:
        assert contact.post(address, {"number": "N1", "task": task}).status_code == 302
    assert contact.post(address, {"number": "N1", "task": "leader"}).status_code == 422
    contact.post(right)
    assert SelfCheck.objects.count() == 1
    member = TeamMember.objects.order_by("pk")[0]
    for _n in range(2):
        assert contact.post(reverse("firm_duty:leave", args=[member.pk])).status_code == 302
    assert premises.missing_tasks(mill.unit) == [NEEDED_TASKS[0]]
    assert contact.post(reverse("firm_duty:leave", args=[0])).status_code == 404


def test_a_drill_with_its_photographs(contact: Client, mill: Firm) -> None:
    address = reverse("firm_duty:drill_new", args=[mill.unit.pk])
    for changes, message in (
        ({"topic": ""}, "\u8bf7\u586b\u5199\u6f14\u7ec3\u5185\u5bb9\u3002"),
        ({"persons": "x"}, "\u4eba\u6570\u5e94\u4e3a\u6574\u6570\u3002"),
        ({"held_on": "2099-01-01"}, "\u6f14\u7ec3\u65e5\u671f\u4e0d\u80fd\u665a\u4e8e\u4eca\u5929\u3002"),
        ({"found": "x"}, "\u8bf7\u5199\u660e\u6539\u8fdb\u63aa\u65bd\u3002"),
    ):
        answer = contact.post(address, drill_words(**changes))
        assert answer.status_code == 422
        assert message in text(answer)
    photo = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    assert contact.post(address, drill_words(photos=[photo])).status_code == 302
    row = Exercise.objects.get()
    assert Photo.objects.filter(owner_kind=premises.EXERCISE_PHOTOS, owner_id=row.pk).count() == 1
    for _n in range(2):
        assert contact.post(reverse("firm_duty:drill_void", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.voided_at is not None


def test_the_zone_is_narrowed_to_who_has_gaps(sign_in: SignIn, park: Park, mill: Firm) -> None:
    crew(mill, 2)
    lines = [premises.DutyLine(premises.duty_day() + n * DAY, "N1", "N2") for n in range(7)]
    premises.set_duty(enterprise=mill.unit, lines=lines, by=mill.contact)
    for task in NEEDED_TASKS:
        premises.join_team(enterprise=mill.unit, number="N1", task=task, by=mill.contact)
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(duty.get("/day/duty/?only=lacking"))
    assert park.firms[1].unit.name in page
    assert mill.unit.name not in page
    assert mill.unit.name in text(duty.get("/day/duty/"))


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(contact: Client, sign_in: SignIn, park: Park, mill: Firm, rows: int) -> None:
    crew(mill, 4)
    today = premises.duty_day()
    lines = [premises.DutyLine(today + n * DAY, f"N{n % 3 + 1}", "N4") for n in range(rows)]
    premises.set_duty(enterprise=mill.unit, lines=lines, by=mill.contact)
    for n in range(rows):
        premises.join_team(enterprise=mill.unit, number=f"N{n + 1}", task=NEEDED_TASKS[n], by=mill.contact)
        exercise(mill, f"\u6f14\u7ec3{n}")
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    found = {}
    for name, client, address in (
        ("firm", contact, f"/day/duty/{mill.unit.pk}/"),
        ("team", contact, f"/day/duty/{mill.unit.pk}/team/"),
        ("drills", contact, f"/day/duty/{mill.unit.pk}/drills/"),
        ("zone", duty, "/day/duty/"),
    ):
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        found[name] = len(seen)
    assert found == {
        "firm": FIRM_QUERIES,
        "team": TEAM_QUERIES,
        "drills": DRILL_QUERIES,
        "zone": ZONE_QUERIES,
    }
