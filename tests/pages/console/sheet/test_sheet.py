"""The hourly contact and duty sheet: what it says, who may take it, how its files lie and go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.roster import api as roster
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.privacy.file_stores import file_stores
from pingzhan.foundation.runs.actions import start
from pingzhan.foundation.runs.schedules import schedules
from pingzhan.foundation.runs.testing import drain
from pingzhan.pages.console.sheet import files, hourly, printing
from pingzhan.pages.console.sheet.content import sheet
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

MAY = {Role.DUTY_OFFICER, Role.LEADER}


@pytest.fixture(autouse=True)
def place(settings: LazySettings, tmp_path: Path) -> Path:
    settings.SHEET_DIR = tmp_path / "sheets"
    return tmp_path / "sheets"


@pytest.fixture
def rung(emergency: SmallZone) -> SmallZone:
    """The zone in emergency, one of its people with a telephone."""
    person = emergency.people["安若水"]
    organisation.add_contact(person=person, channel=Channel.PHONE, address="13800138000", by=emergency.root)
    return emergency


def test_case_27_the_sheet_says_who_commands_who_is_on_duty_and_how_to_ring(rung: SmallZone) -> None:
    now = timezone.now()
    roster.add_shift(
        zone=rung.zone, seat=0, t0=now, t1=now + timedelta(hours=8), person=rung.people["葛明达"],
        reason="试验", by=rung.root,
    )  # fmt: skip
    made = sheet(rung.zone, now)
    text = printing.as_text(made).decode("utf-8-sig")
    person = rung.people["安若水"].pk
    phone = organisation.phones_of([person])[person]
    assert len(phone) >= 7
    words = (phone, "安若水", "葛明达", "带班领导", "企业联系人", "指挥顺序")
    assert [word in text for word in words] == [True] * 6


def test_forms_hold_the_same_and_the_pdf_is_one(rung: SmallZone) -> None:
    made = sheet(rung.zone, timezone.now())
    table = printing.as_csv(made).decode("utf-8-sig").splitlines()
    assert len(table) == made.people + len(made.sections)
    assert printing.as_pdf(made).startswith(b"%PDF-")


def test_files_are_for_their_owner_only_and_go_after_two_days(rung: SmallZone, place: Path) -> None:
    now = timezone.now()
    files.make(zone=rung.zone, by=rung.root, now=now - timedelta(hours=49))
    assert len(files.kept(rung.zone)) == 3
    (place / "other.txt").write_text("x")
    files.make(zone=rung.zone, by=rung.root, now=now)
    kept = files.kept(rung.zone)
    assert [one.form for one in kept] == ["txt", "pdf", "csv"]
    assert {path.stat().st_mode & 0o777 for path in place.glob("contacts-*")} == {0o600}
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "other.txt").exists()
    body = AuditRecord.objects.filter(verb="sheet.made").latest("id").body
    assert (body["files"], body["deleted"]) == (3, 3)
    assert set(body) == {"rows", "files", "deleted"}


def test_every_hour_by_the_clock(rung: SmallZone) -> None:
    assert [one.every for one in schedules() if one.kind == hourly.KIND] == [3600]
    start(hourly.KIND, title="试验", params={}, by=rung.root)
    assert drain() == ["done"]
    assert len(files.kept(rung.zone)) == 3


def test_an_erasure_destroys_the_sheets(rung: SmallZone) -> None:
    files.make(zone=rung.zone, by=rung.root)
    store = next(one for one in file_stores() if one.key == "sheets")
    assert (store.destroy(), store.destroy()) == (3, 0)
    assert files.kept() == []


@pytest.mark.parametrize("role", list(Role))
def test_who_takes_a_sheet(rung: SmallZone, sign_in: SignIn, role: Role) -> None:
    files.make(zone=rung.zone, by=rung.root)
    name = next(one.name for one in files.kept(rung.zone) if one.form == "txt")
    client = sign_in(role)
    expected = 200 if role in MAY else 403
    assert client.get("/duty/sheet/").status_code == expected
    assert client.get(f"/duty/sheet/{name}/").status_code == expected
    assert AuditRecord.objects.filter(verb="sheet.taken").count() == (1 if role in MAY else 0)


@pytest.mark.parametrize("role", sorted(MAY))
def test_who_manages_a_part_of_the_zone_does_not_get_the_telephones_of_all(
    rung: SmallZone, sign_in: SignIn, role: Role
) -> None:
    files.make(zone=rung.zone, by=rung.root)
    client = sign_in(role, path=rung.firms[0].path)
    name = files.kept(rung.zone)[0].name
    answers = [client.get("/duty/sheet/"), client.get(f"/duty/sheet/{name}/"), client.post("/duty/sheet/")]
    assert [one.status_code for one in answers] == [403, 403, 403]
    assert len(files.kept(rung.zone)) == 3


def test_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/duty/sheet/").headers["Location"] == "/accounts/login/?next=/duty/sheet/"


@pytest.mark.parametrize("name", ["contacts-999999-20260101T000000Z.txt", "..%2Fsecret.txt", "other.txt"])
def test_nothing_else_is_handed_out(rung: SmallZone, sign_in: SignIn, place: Path, name: str) -> None:
    files.folder()
    (place / "other.txt").write_text("x")
    assert sign_in(Role.DUTY_OFFICER).get(f"/duty/sheet/{name}/").status_code == 404


def test_one_is_made_by_hand(rung: SmallZone, sign_in: SignIn) -> None:
    """reverse("sheet:index") and reverse("sheet:file") are the addresses."""
    answer = sign_in(Role.DUTY_OFFICER).post("/duty/sheet/", follow=True)
    assert "打印 PDF" in answer.content.decode()


def test_queries_do_not_grow_with_the_people(rung: SmallZone) -> None:
    counts = []
    for name in ("葛明达", "何以宁"):
        with CaptureQueriesContext(connection) as seen:
            sheet(rung.zone, timezone.now())
        counts.append(len(seen))
        organisation.add_contact(
            person=rung.people[name], channel=Channel.PHONE, address="13900139000", by=rung.root
        )
    assert counts[0] == counts[1]
