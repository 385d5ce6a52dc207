"""愿检和抽检 in the browser: recorded, listed masked, filtered, taken out as a file; nobody sees what is not his."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultSource, Verdict
from pingzhan.domain.screening.models import Probe, Round
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import import_of
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Park, build_park, hire, id_number
from tests.factories import kept
from tests.foundation.imports.files import csv_text
from tests.pages.console.conftest import SignIn

NAME, MASKED, GUEST = "\u8c37\u4e00\u9e23", "\u8c37**", "\u6e38\u56db\u6d77"
LIST, ADD, LISTS = "/rounds/probes/", "/rounds/probes/add/", "/import/screening.probes/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def park(db: None) -> Park:
    made = kept(build_park)
    for n in range(4):
        hire(made.firms[0], no=f"GH-88{n}")
    return made


@pytest.fixture
def sampler(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.SAMPLER, path=park.zone.path)


def sheet(park: Park, code: str, **more: Any) -> dict[str, Any]:
    at = timezone.localtime(clock.now() - timedelta(minutes=20))
    return {
        "kind": "willing", "tube": code, "at": f"{at:%Y-%m-%dT%H:%M}", "enterprise": park.firms[0].unit.pk,
        "number": "GH-880",
    } | more  # fmt: skip


def found(park: Park, code: str, verdict: Verdict) -> None:
    screening.receive_tubes(zone=park.zone, codes=[code], by=park.root)
    screening.enter_results(
        zone=park.zone, source=ResultSource.MANUAL, by=park.root,
        results=[screening.ResultIn(code, verdict, clock.now())],
    )  # fmt: skip


def test_a_probe_is_recorded_and_listed_masked(sampler: Client, park: Park) -> None:
    assert ADD in text(sampler.get(LIST))
    assert LIST in text(sampler.get(reverse("custody:index")))
    answer = sampler.post(ADD, sheet(park, "P-0001", number="GH-999"))
    assert (answer.status_code, "\u6ca1\u6709\u5de5\u53f7 GH-999" in text(answer)) == (422, True)
    assert "P-0001" in text(answer)
    answer = sampler.post(ADD, sheet(park, "P-0001"))
    # Kind and enterprise stay for the next one.
    assert f"enterprise={park.firms[0].unit.pk}" in answer.headers["Location"]
    assert "selected" in text(sampler.get(answer.headers["Location"]))
    sampler.post(
        ADD, sheet(park, "P-0002", kind="spot", enterprise="", number="", name=GUEST, document=id_number(880))
    )
    page = text(sampler.get(LIST))
    assert [word in page for word in ("P-0001", "P-0002", MASKED, "\u6e38**", "GH-880")] == [True] * 5
    assert [word in page for word in (NAME, GUEST, id_number(880))] == [False] * 3
    page = text(sampler.get(f"{LIST}?kind=spot"))
    assert ("P-0001" in page, "P-0002" in page) == (False, True)
    today = business_now()[1]
    page = text(sampler.get(f"{LIST}?last={today - timedelta(days=1)}"))
    assert ("P-0001" in page, "P-0002" in page) == (False, False)
    page = text(sampler.get(f"{LIST}?first={today}&last={today}&kind=nothing"))
    assert ("P-0001" in page, "P-0002" in page) == (True, True)
    assert sampler.get(f"{LIST}?first=x&page=y&zone=0").status_code == 404


def test_what_was_found_is_for_those_who_may_see_it(sign_in: SignIn, sampler: Client, park: Park) -> None:
    sampler.post(ADD, sheet(park, "P-0001"))
    sampler.post(ADD, sheet(park, "P-0002", number="GH-881"))
    found(park, "P-0001", Verdict.GREY)
    # Who takes swabs learns no result, not by the filter either.
    page = text(sampler.get(f"{LIST}?verdict=grey"))
    assert ("P-0002" in page, str(Verdict.GREY.label) in page) == (True, False)
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(officer.get(f"{LIST}?verdict=grey"))
    assert ("P-0001" in page, "P-0002" in page, ADD in page) == (True, False, False)
    for who, seen in ((sampler, False), (officer, True)):
        address = reverse("exports:csv", kwargs={"key": "screening.probes"})
        file = who.get(f"{address}?zone={park.zone.pk}&verdict=grey")
        words = b"".join(file).decode("utf-8-sig")
        assert ("P-0001" in words, "P-0002" in words) == (True, not seen), words[:400]
        assert (str(Verdict.GREY.label) in words) == seen
        assert NAME not in words
        assert MASKED in words


def test_coverage_says_probes_beside_those_tested(sign_in: SignIn, sampler: Client, park: Park) -> None:
    firm = park.firms[0].unit
    made = Round.objects.create(zone=park.zone, number=50, day=business_now()[1])
    planner = sign_in(Role.ORGANISER, path=park.zone.path)
    planner.post(reverse("rounds:count", args=[made.pk]))
    sampler.post(ADD, sheet(park, "P-0001"))
    sampler.post(ADD, sheet(park, "P-0002", number="GH-881"))
    page = text(planner.get(reverse("rounds:coverage", args=[made.pk])))
    assert 'data-label="\u5f53\u65e5\u613f\u68c0\u548c\u62bd\u68c0">2</td>' in page
    assert screening.firm_lines(made)[0].pk == firm.pk
    assert LIST in text(planner.get(reverse("rounds:index")))
    assert "\u613f\u68c0\u5c3d\u68c0\u548c\u62bd\u68c0" not in text(planner.get(reverse("rounds:index")))
    probes = Probe.objects.select_related("tube").first()
    assert probes is not None
    assert planner.get(reverse("rounds:show", args=[probes.tube.round_id])).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_records(sign_in: SignIn, sampler: Client, park: Park, role: Role) -> None:
    sampler.post(ADD, sheet(park, "P-0001"))
    client = sign_in(role, path=park.zone.path)
    reads = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER, Role.SAMPLER}
    writes = {Role.ORGANISER, Role.SAMPLER}
    assert client.get(LIST).status_code == (200 if role in reads else 403)
    assert client.get(ADD).status_code == (200 if role in writes else 403)
    assert client.post(ADD, sheet(park, "P-0002", number="GH-881")).status_code == (
        302 if role in writes else 403
    )
    far = sign_in(Role.SAMPLER, path="/999/")
    assert (far.get(LIST).status_code, far.post(ADD, sheet(park, "P-0003")).status_code) == (404, 404)


def test_the_list_needs_the_same_queries_for_one_and_three_rows(sampler: Client, park: Park) -> None:
    seen = []
    for n in range(3):
        who = {"number": f"GH-88{n}"} if n else {}
        sampler.post(ADD, sheet(park, f"P-000{n}", **who))
        sampler.post(ADD, sheet(park, f"Q-000{n}", number="", name=GUEST, document=id_number(890 + n)))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            sampler.get(LIST)
        seen.append(len(caught))
    assert seen[0] == seen[2], seen


def upload(client: Client, park: Park, *rows: list[str]) -> ImportJob:
    """Post a file to the first step and have it checked."""
    heads = [str(one.title) for one in import_of("screening.probes").columns]
    file = SimpleUploadedFile("t.csv", csv_text([heads, *rows]).encode("gb18030"))
    answer = client.post(LISTS, {"scope": park.zone.code, "file": file})
    assert answer.status_code == 302, text(answer)
    drain()
    return ImportJob.objects.latest("pk")


def test_a_list_comes_in_by_the_button_of_the_page(
    sign_in: SignIn, sampler: Client, park: Park, settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    assert f"{LISTS}?scope={park.zone.code}" in text(sampler.get(LIST))
    assert LISTS not in text(sign_in(Role.DUTY_OFFICER, path=park.zone.path).get(LIST))
    at = f"{timezone.localtime(clock.now() - timedelta(hours=1)):%Y-%m-%d %H:%M}"
    firm = park.firms[0].unit.name
    job = upload(
        sampler, park,
        ["H-0001", "\u613f\u68c0\u5c3d\u68c0", "", NAME, "", firm, "GH-880", at],
        ["H-0002", "\u613f\u68c0\u5c3d\u68c0", "", "", "", firm, "GH-999", at],
    )  # fmt: skip
    page = text(sampler.get(reverse("imports:rows", args=[job.pk])))
    assert (MASKED in page, NAME in page) == (True, False)
    # An officer of an enterprise, a sampler of another zone, a reader: none of them has this preview or this import.
    for role, path in (
        (Role.COMPANY, park.firms[0].unit.path),
        (Role.COMPANY, park.firms[1].unit.path),
        (Role.SAMPLER, "/999/"),
        (Role.DUTY_OFFICER, park.zone.path),
    ):
        other = sign_in(role, path=path)
        assert other.get(LISTS).status_code == 404
        for step in ("job", "rows", "errors", "result"):
            assert other.get(reverse(f"imports:{step}", args=[job.pk])).status_code == 404
        assert other.post(reverse("imports:confirm", args=[job.pk]), {"new": "on"}).status_code == 404
    assert not Probe.objects.exists()
    # A scope that is not his is none of the choices.
    file = SimpleUploadedFile("t.csv", b"x,y\r\n")
    answer = sampler.post(LISTS, {"scope": park.firms[0].unit.code, "file": file})
    assert answer.status_code == 422
    assert sampler.post(reverse("imports:confirm", args=[job.pk]), {"new": "on"}).status_code == 302
    drain()
    job.refresh_from_db()
    assert (job.stored_new, job.refused, job.total) == (1, 1, 2)
    assert "H-0001" in text(sampler.get(LIST))
