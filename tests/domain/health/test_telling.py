"""A worker's own word by the link: nobody is known by it, nothing follows before the contact has asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.health import api, protection
from pingzhan.domain.health.actions import telling
from pingzhan.domain.health.enums import CaseState, ReportState
from pingzhan.domain.health.links import MOST, TooMany
from pingzhan.domain.health.models import Case, SelfReport
from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting, hire


@pytest.fixture
def token(mill: Firm) -> str:
    return api.token_of(api.make_link(enterprise=mill.unit, by=mill.contact))


def say(token: str, number: str = "A0", *symptoms: str, source: str = "a") -> None:
    api.report_self(token=token, number=number, symptoms=symptoms or ("cough",), source=source)


def test_a_report_waits_until_the_contact_has_asked(token: str, mill: Firm, crew: list[Employment]) -> None:
    say(token, " a0 ")
    say(token, "A0", "fever")
    row = SelfReport.objects.get()
    assert (row.employment_id, row.symptoms, row.state) == (
        crew[0].pk,
        ["cough", "fever"],
        ReportState.WAITING,
    )
    assert not Case.objects.exists()
    assert not api.stopped(mill.unit.pk)
    case = api.confirm_report(report_id=row.pk, by=mill.contact)
    assert (case.employment_id, case.symptoms, case.state) == (crew[0].pk, row.symptoms, CaseState.STOPPED)
    row.refresh_from_db()
    assert (row.state, row.case_id) == (ReportState.CONFIRMED, case.pk)
    with pytest.raises(Conflict):
        api.dismiss_report(report_id=row.pk, by=mill.contact)
    # Who has stopped already and reports again is led to the same case.
    say(token)
    again = SelfReport.objects.get(state=ReportState.WAITING)
    assert api.confirm_report(report_id=again.pk, by=mill.contact).pk == case.pk
    assert Case.objects.count() == 1


def test_nobodys_number_is_kept_and_stops_nobody(token: str, mill: Firm, crew: list[Employment]) -> None:
    del crew
    say(token, "Z9")
    row = SelfReport.objects.get()
    assert row.employment_id is None
    with pytest.raises(Conflict) as caught:
        api.confirm_report(report_id=row.pk, by=mill.contact)
    assert caught.value.code == "nobody"
    api.dismiss_report(report_id=row.pk, by=mill.contact)
    row.refresh_from_db()
    assert (row.state, row.settled_at is not None) == (ReportState.DISMISSED, True)


def test_the_worker_of_another_enterprise_is_not_found(park: Park, token: str) -> None:
    hire(park.firms[1], no="B0")
    say(token, "B0")
    assert SelfReport.objects.get().employment_id is None


@pytest.mark.parametrize(
    ("number", "symptoms", "place"),
    [
        ("", ("cough",), "number"),
        ("15400001234", ("cough",), "number"),
        ("371621198001020011", ("cough",), "number"),
        ("A0\u738b", ("cough",), "number"),
        ("A" * 21, ("cough",), "number"),
        ("A0", ("headache",), "symptoms"),
        ("A0", (), "symptoms"),
    ],
)
def test_what_is_no_report_is_refused(token: str, number: str, symptoms: tuple[str, ...], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        api.report_self(token=token, number=number, symptoms=symptoms, source="a")
    assert caught.value.place == place
    assert not SelfReport.objects.exists()


def test_an_altered_or_former_link_is_refused(park: Park, token: str, mill: Firm) -> None:
    other = api.token_of(api.make_link(enterprise=park.firms[1].unit, by=park.firms[1].contact))
    forged = other.split(":")[0] + ":" + token.split(":")[1]
    for wrong in (token[:-2], f"x{token}", forged, "1.1:x", "", str(mill.unit.pk)):
        with pytest.raises(Refused):
            say(wrong)
    api.make_link(enterprise=mill.unit, by=mill.contact)
    with pytest.raises(Refused):
        say(token)
    assert not SelfReport.objects.exists()


def test_guessing_and_flooding_close_the_way_in(
    token: str, crew: list[Employment], monkeypatch: pytest.MonkeyPatch
) -> None:
    del crew
    for n in range(MOST):
        with pytest.raises(Refused):
            say(f"{n}.1:x", source="guesser")
    with pytest.raises(TooMany):
        say(token, source="guesser")
    for n in range(MOST):
        say(token, f"N{n}", source="flood")
    with pytest.raises(TooMany):
        say(token, source="flood")
    # From many addresses the waiting ones have an end as well, the same for a number that is somebody's.
    monkeypatch.setattr(telling, "WAITING_MOST", MOST)
    for number in ("A0", "Z1"):
        with pytest.raises(TooMany):
            say(token, number, source=number)
    say(token, "N0", "fever", source="b")


def test_the_contact_is_told_once_while_reports_wait(token: str, mill: Firm, crew: list[Employment]) -> None:
    del crew
    say(token)
    first = Notice.objects.filter(kind="health_reported").count()
    say(token, "A1")
    assert Notice.objects.filter(kind="health_reported").count() == first
    for row in SelfReport.objects.all():
        api.dismiss_report(report_id=row.pk, by=mill.contact)
    say(token, "A2")
    assert Notice.objects.filter(kind="health_reported").count() == 2 * first
    for one in Notice.objects.filter(kind="health_reported"):
        assert "A0" not in one.title + str(one.subject_id)


def test_the_trail_holds_no_number(token: str, crew: list[Employment]) -> None:
    del crew
    say(token)
    row = AuditRecord.objects.get(verb="health.self_reported")
    assert row.body == {}
    assert "A0" not in row.actor_name


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
def test_roles_that_are_refused(
    token: str, park: Park, mill: Firm, crew: list[Employment], role: Role
) -> None:
    del crew
    by = acting(role, park.zone.path)
    say(token)
    row = SelfReport.objects.get()
    with pytest.raises((NotFound, Refused)):
        api.confirm_report(report_id=row.pk, by=by)
    with pytest.raises((NotFound, Refused)):
        api.dismiss_report(report_id=row.pk, by=by)
    with pytest.raises(Refused):
        api.make_link(enterprise=mill.unit, by=by)
    with pytest.raises(NotFound):
        api.dismiss_report(report_id=row.pk, by=park.firms[1].contact)


def test_reports_go_when_their_time_is_up(token: str, crew: list[Employment]) -> None:
    del crew
    say(token)
    now = timezone.now()
    assert protection.reports_due(now + timedelta(days=29), 30, 10) == []
    due = protection.reports_due(now + timedelta(days=31), 30, 10)
    assert protection.drop_reports(due) == 1
    assert not SelfReport.objects.exists()
