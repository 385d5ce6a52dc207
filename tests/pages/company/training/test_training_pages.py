"""宣传培训: who gets in, wrong input kept, ticks, photographs, counts for officials, what the pages cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Training
from pingzhan.domain.territory.models import Team
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.photos.models import Photo
from tests.domain.people.crowd import Firm, Park, hire
from tests.domain.premises.samples import crew
from tests.domain.premises.test_training import held
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]
NAME = "\u8c37\u4e00\u9e23"
FIRM_QUERIES, SESSION_QUERIES, ZONE_QUERIES = 20, 14, 13


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def words(**changes: Any) -> dict[str, Any]:
    today = clock.today().isoformat()
    return {
        "topic": "\u77e5\u8bc6",
        "held_on": today,
        "form": "lecture",
        "hours": "1",
        "whom": "all",
        **changes,
    }


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    row = held(mill, [crew(mill, 1)[0].pk])
    for page in ("", f"{mill.unit.pk}/", f"{mill.unit.pk}/new/", f"session/{row.pk}/"):
        assert client.get(f"/day/training/{page}").status_code == 403, page
    for page in ("mark", "photos", "void"):
        assert client.post(reverse(f"training:{page}", args=[row.pk])).status_code == 403, page


def test_another_enterprise_is_not_found(sign_in: SignIn, park: Park, mill: Firm) -> None:
    row = held(mill, [crew(mill, 1)[0].pk])
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    for page in (f"{mill.unit.pk}/", f"{mill.unit.pk}/new/", f"session/{row.pk}/"):
        assert other.get(f"/day/training/{page}").status_code == 404, page
    for page in ("mark", "photos", "void"):
        assert other.post(reverse(f"training:{page}", args=[row.pk])).status_code == 404, page
    row.refresh_from_db()
    assert row.voided_at is None


def test_an_official_reads_and_does_not_write(sign_in: SignIn, park: Park, mill: Firm) -> None:
    row = held(mill, [crew(mill, 1)[0].pk])
    official = sign_in(Role.LEADER, path=park.zone.path)
    page = text(official.get("/day/training/"))
    assert mill.unit.name in page
    assert park.firms[1].unit.name in page
    assert official.get(f"/day/training/{mill.unit.pk}/new/").status_code == 403
    assert official.post(reverse("training:void", args=[row.pk])).status_code == 403
    assert NAME not in text(official.get(f"/day/training/{mill.unit.pk}/"))


def test_the_zone_is_narrowed_to_who_has_not(sign_in: SignIn, park: Park, mill: Firm) -> None:
    held(mill, [crew(mill, 1)[0].pk])
    hire(park.firms[1], no="F1")
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(duty.get("/day/training/?only=lacking"))
    assert park.firms[1].unit.name in page
    assert mill.unit.name not in page
    assert mill.unit.name in text(duty.get(f"/day/training/?q={mill.unit.code}"))


def test_wrong_input_is_kept_and_named(contact: Client, mill: Firm) -> None:
    crew(mill, 2)
    address = reverse("training:new", args=[mill.unit.pk])
    for changes, message in (
        ({"topic": ""}, "\u8bf7\u586b\u5199\u57f9\u8bad\u4e3b\u9898\u3002"),
        ({"hours": "x"}, "\u5b66\u65f6\u5e94\u4e3a\u6570\u5b57\u3002"),
        ({"held_on": "2099-01-01"}, "\u57f9\u8bad\u65e5\u671f\u4e0d\u80fd\u665a\u4e8e\u4eca\u5929\u3002"),
        ({"whom": "teams"}, "\u8bf7\u9009\u62e9\u73ed\u7ec4"),
        ({"without": "X9"}, "\u6ca1\u6709\u5de5\u53f7\u4e3aX9"),
        ({"whom": "missing", "without": "X9"}, "\u5de5\u53f7X9\u4e0d\u5728\u6240\u9009\u804c\u5de5\u4e2d"),
        ({"whom": "missing", "besides": "X9"}, "\u6ca1\u6709\u5de5\u53f7\u4e3aX9"),
    ):
        answer = contact.post(address, words(**changes))
        assert answer.status_code == 422, changes
        assert message in text(answer), changes
    assert not Training.objects.exists()


def test_a_session_for_those_who_were_missing(contact: Client, mill: Firm) -> None:
    one, two, three = crew(mill, 3)
    held(mill, [one.pk])
    address = reverse("training:new", args=[mill.unit.pk])
    answer = contact.post(address, words(whom="missing", without="N3", photos=[picture()]))
    assert answer.status_code == 302
    row = Training.objects.latest("pk")
    assert list(row.attendances.values_list("employment_id", flat=True)) == [two.pk]
    assert Photo.objects.filter(owner_kind=premises.TRAINING_PHOTOS, owner_id=row.pk).count() == 1
    page = text(contact.get(f"/day/training/{mill.unit.pk}/?team={mill.teams[0].pk}"))
    assert three.employee_no in page
    assert NAME in page


def test_nothing_stays_of_a_session_with_a_bad_picture(contact: Client, mill: Firm) -> None:
    crew(mill, 1)
    bad = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    assert contact.post(reverse("training:new", args=[mill.unit.pk]), words(photos=[bad])).status_code == 422
    assert not Training.objects.exists()
    row = held(mill, [crew_pk(mill)])
    address = reverse("training:photos", args=[row.pk])
    assert contact.post(address, {}).status_code == 422
    bad.seek(0)
    assert contact.post(address, {"photos": [bad]}).status_code == 422
    assert contact.post(address, {"photos": [picture()]}).status_code == 302
    assert Photo.objects.filter(owner_id=row.pk).count() == 1


def crew_pk(firm: Firm) -> int:
    return int(premises.untold(firm.unit.pk, 90).values_list("pk", flat=True)[0])


def test_ticks_and_taking_back(contact: Client, mill: Firm) -> None:
    one, two = crew(mill, 2)
    row = held(mill, [one.pk])
    address = reverse("training:mark", args=[row.pk])
    both = [str(one.pk), str(two.pk)]
    assert (
        contact.post(address, {"among": both, "present": both[1:], "team": mill.teams[0].pk}).status_code
        == 302
    )
    assert list(row.attendances.values_list("employment_id", flat=True)) == [two.pk]
    contact.post(address, {"among": both, "present": []})
    assert "message-warning" in text(contact.get(reverse("training:session", args=[row.pk])))
    for _n in range(2):
        assert contact.post(reverse("training:void", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.voided_at is not None
    assert "present" not in text(contact.get(reverse("training:session", args=[row.pk])))


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(contact: Client, sign_in: SignIn, park: Park, mill: Firm, rows: int) -> None:
    people = [hire(mill, no=f"Q{n}") for n in range(rows + 1)]
    sessions = [held(mill, [people[0].pk], topic=f"\u4e3b\u9898{n}") for n in range(rows)]
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    for client, address, expected in (
        (contact, f"/day/training/{mill.unit.pk}/", FIRM_QUERIES),
        (contact, f"/day/training/session/{sessions[0].pk}/", SESSION_QUERIES),
        (duty, "/day/training/", ZONE_QUERIES),
    ):
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        assert len(seen) == expected, address


def test_many_teams_are_paged_and_found_by_name(contact: Client, mill: Firm) -> None:
    address = reverse("training:firm", args=[mill.unit.pk])
    assert "team-q" not in text(contact.get(address))
    for n in range(13):
        team = Team.objects.create(enterprise=mill.unit, name=f"Crew-{n:02d}-", shift=None)
        hire(replace(mill, teams=[team]), no=f"P{n:02d}")
    first = text(contact.get(address))
    shown = [n for n in range(13) if f"Crew-{n:02d}-" in first]
    rest = text(contact.get(address, {"teams": "2"}))
    assert len(shown) <= 12
    assert all(f"Crew-{n:02d}-" in rest for n in range(13) if n not in shown)
    found = text(contact.get(address, {"q": "crew-07"}))
    assert "Crew-07-" in found
    assert "Crew-06-" not in found
    assert "Crew-07-" not in text(contact.get(address, {"q": "none"}))
