"""Pages of drills and reviews: who has them, what they show, how many questions they ask."""

from __future__ import annotations

import io
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.drills.models import Drill, Inject, Review, ReviewAction
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.documents.actions.organs import save_organ
from tests.factories import SmallZone, account
from tests.pages.console.conftest import SignIn

READS = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}
MARK = "\u3010\u6f14\u7ec3\u3011"


@pytest.fixture
def desk(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER)


def prepare(world: SmallZone, client: Client, title: str = "\u6f14\u7ec3\u7532") -> Drill:
    """Prepare a drill with one situation through the pages."""
    answer = client.post(
        "/drills/new/", {"title": title, "unit": world.zone.pk, "level": "2", "scenario": "\u80cc\u666f"}
    )
    assert answer.status_code == 302, answer.content.decode()
    drill = Drill.objects.latest("pk")
    answer = client.post(
        f"/drills/{drill.pk}/inject/",
        {
            "offset_min": "0",
            "to": "group:testing",
            "text": "\u53d1\u70ed",
            "expected": "\u91c7\u6837",
            "points": "10",
            "within_min": "30",
        },
    )
    assert answer.status_code == 302
    return drill


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/drills/", "/drills/reviews/"])
def test_who_has_the_lists(world: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    allowed = READS | {one for one in Role if role_sees_desk(one)}
    assert sign_in(role).get(address).status_code == (200 if role in allowed else 403)


def role_sees_desk(role: Role) -> bool:
    from pingzhan.foundation.access.roles import ROLES, Permission

    return Permission.VIEW_CONSOLE in ROLES[role].permissions


@pytest.mark.parametrize("role", [one for one in Role if one not in READS])
def test_who_must_not_prepare_or_act(world: SmallZone, desk: Client, sign_in: SignIn, role: Role) -> None:
    drill = prepare(world, desk)
    client = sign_in(role)
    for path in ("/drills/new/", f"/drills/{drill.pk}/edit/", f"/drills/{drill.pk}/inject/"):
        assert client.get(path).status_code == 403, path
    for path in (f"/drills/{drill.pk}/start/", f"/drills/{drill.pk}/end/", f"/drills/{drill.pk}/cancel/"):
        assert client.post(path).status_code == 403, path
    drill.refresh_from_db()
    assert drill.state == "prepared"


def test_a_drill_through_the_pages(world: SmallZone, desk: Client) -> None:
    save_organ(
        name="\u8bd5\u9a8c\u7ba1\u59d4\u4f1a", mark="", printer="", unit_path=world.zone.path, by=world.root
    )
    drill = prepare(world, desk)
    assert "banner-drill" not in desk.get(f"/drills/{drill.pk}/").content.decode()
    desk.post(f"/drills/{drill.pk}/start/")
    inject = Inject.objects.get(drill=drill)
    desk.post(f"/drills/inject/{inject.pk}/fire/")
    desk.post(f"/drills/inject/{inject.pk}/score/", {"score": "11"})
    inject.refresh_from_db()
    assert inject.score is None
    desk.post(f"/drills/inject/{inject.pk}/score/", {"score": "7", "observed": "on"})
    inject.refresh_from_db()
    assert inject.score == 7
    assert inject.done_at is not None
    page = desk.get(f"/drills/{drill.pk}/").content.decode()
    assert "banner-drill" in page
    assert 'id="drill"' in desk.get(f"/drills/{drill.pk}/live/").content.decode()
    assert desk.get(f"/drills/{drill.pk}/report.docx").status_code == 409
    desk.post(f"/drills/{drill.pk}/end/")
    report = desk.get(f"/drills/{drill.pk}/report/").content.decode()
    assert "<svg viewBox" in report
    assert " style=" not in report
    paper = desk.get(f"/drills/{drill.pk}/report.docx")
    text = ZipFile(io.BytesIO(paper.content)).read("word/document.xml").decode()
    assert MARK in text
    assert desk.get(f"/drills/{drill.pk}/report.exe").status_code == 404


def test_a_review_through_the_pages(world: SmallZone, desk: Client) -> None:
    save_organ(
        name="\u8bd5\u9a8c\u7ba1\u59d4\u4f1a", mark="", printer="", unit_path=world.zone.path, by=world.root
    )
    drill = prepare(world, desk)
    desk.post(f"/drills/{drill.pk}/start/")
    desk.post(f"/drills/{drill.pk}/end/")
    review = Review.objects.get()
    assert desk.get(f"/drills/reviews/{review.pk}/").status_code == 200
    desk.post(f"/drills/reviews/{review.pk}/write/", {"kept": "\u5feb", "change": "\u8865"})
    assert (
        desk.post(f"/drills/reviews/{review.pk}/action/", {"text": "", "to": "group:medical"}).status_code
        == 422
    )
    desk.post(
        f"/drills/reviews/{review.pk}/action/",
        {"text": "\u8865\u8054\u7cfb\u65b9\u5f0f", "to": "group:medical"},
    )
    desk.post(f"/drills/reviews/{review.pk}/handover/", {"group": "medical", "text": "\u4ea4\u63a5"})
    assert ReviewAction.objects.get().order is not None
    desk.post(f"/drills/reviews/{review.pk}/done/")
    desk.post(f"/drills/reviews/{review.pk}/file/")
    review.refresh_from_db()
    assert review.state == "filed"
    assert review.handovers.count() == 1
    assert (
        "form method" not in desk.get(f"/drills/reviews/{review.pk}/").content.decode().partition("<main")[2]
    )
    paper = desk.get(f"/drills/reviews/{review.pk}/paper.docx")
    assert review.facts_sha in ZipFile(io.BytesIO(paper.content)).read("word/document.xml").decode()


def test_names_only_for_who_may_see_them(world: SmallZone, desk: Client, sign_in: SignIn) -> None:
    drill = prepare(world, desk)
    desk.post(f"/drills/{drill.pk}/start/")
    from pingzhan.domain.command.models import Seat

    seat = Seat.objects.filter(world__gt=0, post_code="medical.member").get()
    Seat.objects.filter(pk=seat.pk).update(
        ack_state="acked", acked_at=seat.opened_at, ack_by="x", ack_via="button", next_at=None
    )
    desk.post(f"/drills/{drill.pk}/end/")
    name = seat.person.name
    report = f"/drills/{drill.pk}/report/"
    assert name in desk.get(report).content.decode()
    organiser = sign_in(Role.ORGANISER).get(report)
    assert organiser.status_code == 200
    assert name not in organiser.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(
    world: SmallZone, desk: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(rows):
        drill = prepare(world, desk, f"\u6f14\u7ec3{n}")
        desk.post(f"/drills/{drill.pk}/start/")
        desk.post(f"/drills/{drill.pk}/end/")
    for review in Review.objects.all():
        desk.post(f"/drills/reviews/{review.pk}/action/", {"text": "\u8865", "to": "group:medical"})
    desk.get("/drills/")
    with django_assert_num_queries(LIST):
        desk.get("/drills/")
    with django_assert_num_queries(REVIEWS):
        desk.get("/drills/reviews/")


LIST, REVIEWS = 8, 10


def test_another_zones_reader_finds_nothing(world: SmallZone, desk: Client, sign_in: SignIn) -> None:
    drill = prepare(world, desk)
    desk.post(f"/drills/{drill.pk}/start/")
    desk.post(f"/drills/{drill.pk}/end/")
    far = sign_in(account(Role.DUTY_OFFICER, path=world.firms[1].path))
    for path in (
        f"/drills/{drill.pk}/",
        f"/drills/{drill.pk}/report/",
        f"/drills/reviews/{Review.objects.get().pk}/",
    ):
        assert far.get(path).status_code == 404, path
    assert drill.title not in far.get("/drills/").content.decode()


def test_a_file_of_a_drill_says_so(world: SmallZone, desk: Client) -> None:
    drill = prepare(world, desk)
    desk.post(f"/drills/{drill.pk}/start/")
    desk.post(f"/drills/inject/{Inject.objects.get(drill=drill).pk}/fire/")
    drill.refresh_from_db()
    real = desk.get("/export/orders.csv")
    drilled = desk.get(f"/export/orders.csv?world={drill.world}")
    mark = quote(MARK)
    assert mark in drilled["Content-Disposition"]
    assert mark not in real["Content-Disposition"]
    assert "\u53d1\u70ed" in drilled.content.decode("utf-8-sig")
    assert "\u53d1\u70ed" not in real.content.decode("utf-8-sig")


def test_a_started_drill_leads_to_its_desk(world: SmallZone, desk: Client) -> None:
    drill = prepare(world, desk)
    desk.post(f"/drills/{drill.pk}/start/")
    drill.refresh_from_db()
    address = f"/duty/?world={drill.world}"
    assert address in desk.get(f"/drills/{drill.pk}/").content.decode()
    assert desk.get(address).status_code == 200


def test_a_situation_is_taken_from_the_script(world: SmallZone, desk: Client) -> None:
    drill = prepare(world, desk)
    inject = Inject.objects.get(drill=drill)
    desk.post(f"/drills/inject/{inject.pk}/remove/")
    assert not Inject.objects.exists()
    desk.post(f"/drills/{drill.pk}/cancel/")
    drill.refresh_from_db()
    assert drill.state == "cancelled"
