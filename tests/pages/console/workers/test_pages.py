"""职工: who gets in, what the pages show, what they cost, what the forms do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.privacy.vault import new_subjects
from tests.domain.people.crowd import DAY, Firm, Park, build_park, hire, id_number, person, texts_of
from tests.factories import kept

SignIn = Callable[..., Client]
LIST_QUERIES = 13
DETAIL_QUERIES = 12
OUTSIDERS = [role for role in Role if role not in roles_with(Permission.VIEW_WORKERS)]
READERS = [role for role in roles_with(Permission.VIEW_WORKERS) if role is not Role.COMPANY]


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def clerk(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def addresses(job: Employment, other: Employment) -> list[str]:
    return [
        "/workers/", "/workers/alike/", f"/workers/{job.pk}/", f"/workers/{job.pk}/person/",
        f"/workers/{job.pk}/terms/", f"/workers/{job.pk}/move/", f"/workers/{job.pk}/leave/",
        f"/workers/{job.pk}/back/", "/workers/new/",
        f"/workers/alike/{job.individual_id}/{other.individual_id}/",
    ]  # fmt: skip


@pytest.mark.parametrize("role", OUTSIDERS)
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    job, other = hire(mill), hire(mill)
    client = sign_in(role, path=park.zone.path)
    for address in addresses(job, other):
        assert client.get(address).status_code == 403, address
    assert client.post("/workers/bulk/", {"chosen": job.pk}).status_code == 403


@pytest.mark.parametrize("role", READERS)
def test_readers_change_nothing(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    job, other = hire(mill), hire(mill)
    client = sign_in(role, path=park.zone.path)
    for address in addresses(job, other)[:3]:
        assert client.get(address).status_code == 200, address
    for address in addresses(job, other)[3:]:
        assert client.get(address).status_code == 403, address
        assert client.post(address, {}).status_code == 403, address


def test_another_enterprise_does_not_exist(clerk: Client, park: Park, mill: Firm) -> None:
    """IDOR: every address of a stranger's worker answers as if there were none."""
    job, other = hire(park.firms[1]), hire(park.firms[1])
    for address in addresses(job, other)[2:8] + addresses(job, other)[9:]:
        assert clerk.get(address).status_code == 404, address
        assert clerk.post(address, {}).status_code in (404, 405), address
    assert clerk.get("/workers/new/?unit=P2").status_code == 404
    assert clerk.post("/workers/bulk/?unit=P2", {"chosen": job.pk}).status_code == 404
    mine = hire(mill)
    data = {"chosen": [mine.pk, job.pk], "act": "move", "team": mill.teams[1].pk}
    assert clerk.post("/workers/bulk/", data).status_code == 404
    assert clerk.get(f"/privacy/reveal/worker/{job.pk}/").status_code == 404
    assert Placement.objects.count() == 3
    body = clerk.get("/workers/?status=all").content.decode()
    assert f"/workers/{job.pk}/" not in body


def test_a_visitor_signs_in_first(client: Client, mill: Firm) -> None:
    job = hire(mill)
    for address in ("/workers/", f"/workers/{job.pk}/", "/search/"):
        assert client.get(address).status_code == 302


def test_numbers_are_masked_everywhere(clerk: Client, mill: Firm) -> None:
    job = hire(mill, person(number=id_number(1), phone="15412345678", address="\u6c11\u5b89\u8857 7 \u53f7"))
    pages = ["/workers/", f"/workers/{job.pk}/", f"/workers/{job.pk}/person/", "/search/?q=5678"]
    for address in pages:
        body = clerk.get(address).content.decode()
        for secret in (id_number(1), "15412345678", "\u6c11\u5b89\u8857 7 \u53f7"):
            assert secret not in body, address
    assert "\u8c37\u4e00\u9e23" in clerk.get("/workers/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_list(clerk: Client, mill: Firm, rows: int) -> None:
    for n in range(rows):
        hire(mill, no=str(n))
    clerk.get("/workers/")
    with CaptureQueriesContext(connection) as seen:
        body = clerk.get("/workers/").content.decode()
    assert body.count('name="chosen"') == rows
    assert len(seen) == LIST_QUERIES


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_one_worker(clerk: Client, mill: Firm, rows: int) -> None:
    job = hire(mill)
    for n in range(rows - 1):
        api.transfer(employment=job, place=api.Place(team=mill.teams[(n + 1) % 2]), by=mill.contact)
    clerk.get("/workers/")
    with CaptureQueriesContext(connection) as seen:
        body = clerk.get(f"/workers/{job.pk}/").content.decode()
    assert body.count('<th scope="row">') == rows
    assert len(seen) == DETAIL_QUERIES


def test_pages_follow_each_other(clerk: Client, mill: Firm) -> None:
    jobs = [hire(mill, no=f"{n:03d}") for n in range(52)]
    first = clerk.get("/workers/").content.decode()
    assert f"/workers/{jobs[49].pk}/" in first
    assert f"/workers/{jobs[50].pk}/" not in first
    second = clerk.get(f"/workers/?after={jobs[49].pk}").content.decode()
    assert f"/workers/{jobs[50].pk}/" in second
    assert 'rel="next"' not in second
    part = clerk.get("/workers/?q=001", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('name="chosen"') == 1


def test_registering_by_the_form(clerk: Client, mill: Firm) -> None:
    data = {
        "name": "\u989c\u5c11\u5e73", "doc_kind": "id_card", "number": id_number(3), "phone": "154 0000 3333",
        "joined": "2026-03-02", "kind": "own", "employee_no": "9", "groups": ["gate"],
        "team": mill.teams[0].pk, "room": mill.room.pk, "canteen": mill.canteen.pk, "sitting": 1,
    }  # fmt: skip
    answer = clerk.post("/workers/new/", data)
    job = Employment.objects.get()
    assert answer.headers["Location"] == f"/workers/{job.pk}/"
    assert (job.groups, texts_of(job.individual).phone) == (["gate"], "15400003333")
    for wrong, words in (
        ({"number": id_number(4)[:17] + "Q"}, "\u6700\u540e\u4e00\u4f4d"),
        ({"phone": "12"}, "\u624b\u673a"),
        ({"number": id_number(3)}, "\u5728\u804c\u804c\u5de5"),
        ({"sitting": 2, "canteen": "", "number": id_number(8)}, "\u98df\u5802"),
    ):
        answer = clerk.post("/workers/new/", {**data, "employee_no": "", **wrong})
        assert (answer.status_code, words in answer.content.decode()) == (422, True), wrong
    assert Employment.objects.count() == 1


def test_the_life_of_a_worker_by_forms(clerk: Client, mill: Firm) -> None:
    job = hire(mill, person(phone="15400001111"), no="1")
    base = f"/workers/{job.pk}"
    form = {"name": "\u8c37\u4e00\u660e", "doc_kind": "id_card", "no_phone": "on"}
    assert clerk.post(f"{base}/person/", form).status_code == 302
    texts = texts_of(job.individual)
    assert (texts.name, texts.phone) == ("\u8c37\u4e00\u660e", None)
    assert clerk.post(f"{base}/terms/", {"kind": "intern", "job": "\u5b66\u5f92"}).status_code == 302
    assert clerk.post(f"{base}/move/", {"team": mill.teams[1].pk}).status_code == 302
    assert Placement.objects.get(t1=None).team == mill.teams[1]
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert clerk.post(f"{base}/leave/", {"on": tomorrow, "reason": "retired"}).status_code == 422
    assert clerk.post(f"{base}/leave/", {"on": "2026-05-01", "reason": "retired"}).status_code == 302
    assert clerk.post(f"{base}/move/", {"team": mill.teams[0].pk}).status_code == 422
    again = clerk.post(f"{base}/back/", {"joined": "2026-06-01", "kind": "own"})
    job.refresh_from_db()
    assert (job.kind, job.left_reason) == ("intern", "retired")
    assert again.headers["Location"] == f"/workers/{Employment.objects.get(left=None).pk}/"


def test_many_at_once(clerk: Client, mill: Firm) -> None:
    jobs = [hire(mill) for _n in range(3)]
    data: dict[str, object] = {"chosen": [job.pk for job in jobs], "act": "move"}
    assert clerk.post("/workers/bulk/", data).status_code == 422
    assert clerk.post("/workers/bulk/", {**data, "team": mill.teams[1].pk}).status_code == 302
    assert Placement.objects.filter(t1=None, team=mill.teams[1]).count() == 3
    assert clerk.post("/workers/bulk/", {"act": "leave"}).status_code == 422
    gone = {**data, "act": "leave", "on": "2026-07-01", "reason": "expired"}
    answer = clerk.post("/workers/bulk/?status=on", gone)
    assert answer.headers["Location"] == "/workers/?status=on"
    assert Employment.objects.filter(left_reason=LeaveReason.EXPIRED).count() == 3


def test_two_records_are_merged_or_kept_apart(clerk: Client, mill: Firm) -> None:
    jobs = [hire(mill, person(phone="15400001111")) for _n in range(3)]
    one, two, three = (job.individual_id for job in jobs)
    body = clerk.get("/workers/alike/").content.decode()
    assert f"/workers/alike/{one}/{two}/" in body
    assert clerk.post(f"/workers/alike/{one}/{three}/", {"act": "apart"}).status_code == 302
    assert f"/workers/alike/{one}/{three}/" not in clerk.get("/workers/alike/").content.decode()
    assert clerk.post(f"/workers/alike/{one}/{two}/", {"act": "merge", "keep": one}).status_code == 422
    data = {"act": "merge", "keep": one, "reason": "typing"}
    assert clerk.post(f"/workers/alike/{one}/{two}/", data).status_code == 302
    assert Individual.objects.get(pk=two).merged_into_id == one
    assert clerk.get(f"/workers/alike/{one}/{two}/").status_code == 404


def test_a_zone_wide_clerk_chooses_the_enterprise_first(sign_in: SignIn, park: Park) -> None:
    client = sign_in(Role.COMPANY, path=park.zone.path)
    assert 'name="unit"' in client.get("/workers/new/").content.decode()
    assert 'name="number"' in client.get("/workers/new/?unit=P2").content.decode()
    hire(park.firms[1])
    assert 'name="chosen"' not in client.get("/workers/").content.decode()
    assert 'name="chosen"' in client.get("/workers/?unit=P2").content.decode()
    assert client.post("/workers/bulk/", {"act": "leave"}).status_code == 422


def test_an_erased_worker_is_shown_without_a_name(clerk: Client, mill: Firm) -> None:
    job = hire(mill)
    api.leave(employment=job, on=DAY + timedelta(days=1), reason=LeaveReason.OTHER, by=mill.contact)
    person_of = job.individual
    person_of.subject.wrapped = None
    person_of.subject.erased_at = timezone.now()
    person_of.subject.save()
    body = clerk.get(f"/workers/{job.pk}/").content.decode()
    assert "\u5df2\u6309\u89c4\u5b9a\u9500\u6bc1" in body
    assert f"/workers/{job.pk}/back/" not in body
    assert "\u5df2\u9500\u6bc1" in clerk.get("/workers/?status=all").content.decode()


def test_what_is_held_of_him_is_linked_for_those_who_manage_it(
    sign_in: SignIn, park: Park, mill: Firm
) -> None:
    # Subjects and employments are numbered apart: the link must lead to this worker, not to a namesake number.
    new_subjects("test", 5)
    jobs = [hire(mill, no=str(n)) for n in range(3)]
    job = jobs[1]
    officer = sign_in(Role.PRIVACY_OFFICER, path=park.zone.path)
    link = f'href="/privacy/held/worker/{job.pk}/"'
    assert link in officer.get(f"/workers/{job.pk}/").content.decode()
    assert officer.get(f"/privacy/held/worker/{job.pk}/").status_code == 200
    seen = AuditRecord.objects.get(verb="privacy.held_viewed")
    assert seen.subject_id == str(job.individual.subject_id)
    for role in [one for one in READERS if one is not Role.PRIVACY_OFFICER]:
        body = sign_in(role, path=park.zone.path).get(f"/workers/{job.pk}/").content.decode()
        assert "/privacy/held/" not in body, role
