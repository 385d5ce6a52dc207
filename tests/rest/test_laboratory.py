"""What a laboratory's programs may report: each result answered, and every other token refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultFault, ResultSource, Verdict
from pingzhan.domain.screening.models import (
    Laboratory,
    LaboratoryDevice,
    LatestResult,
    Result,
    ResultRefusal,
    SamplingTeam,
    Tube,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.devices import enrol, issue_device, renew_code, revoke_device
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.rights import Right
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import DomainError
from pingzhan.rest import doors
from tests.domain.people.crowd import Park, acting
from tests.domain.screening.conftest import laboratory, teams
from tests.domain.screening.phones import adopted_round, phone
from tests.factories import account
from tests.pages.console.conftest import SignIn, sign_in
from tests.rest.test_anything import operation, send
from tests.rest.test_api import call
from tests.rest.test_sampling import manager, token

__all__ = ["laboratory", "sign_in", "teams"]
PATH = "laboratory/results"


def key(park: Park, laboratory: Laboratory | None, path: str = "") -> tuple[Device, str]:
    """An enrolled token of a laboratory."""
    _device, address = issue_device(
        name="\u68c0\u6d4b\u5ba4\u7a0b\u5e8f", kind=DeviceKind.LABORATORY, unit_path=path or park.zone.path, days=3,
        by=manager(park),
    )  # fmt: skip
    device, secret = enrol(token=address.rsplit("/", 1)[1])
    if laboratory is not None:
        screening.bind_device(device=device, laboratory=laboratory, by=park.root)
    return device, secret


@pytest.fixture(autouse=True)
def _no_calls_yet(db: None) -> None:
    caches["default"].clear()


@pytest.fixture
def secret(park: Park, laboratory: Laboratory) -> str:
    return key(park, laboratory)[1]


@pytest.fixture
def codes(park: Park, teams: list[SamplingTeam], crew: list[Employment]) -> list[str]:
    """Three sealed tubes with a worker each, two of them received."""
    adopted_round(park, teams[0], [park.firms[0].unit])
    one = phone(teams[0], park)
    found = ["T-0001", "T-0002", "T-0003"]
    for code, who in zip(found, crew, strict=False):
        one.send(one.swab(code, who), one.write("seal", tube=code))
    screening.receive_tubes(zone=park.zone, codes=found[:2], by=park.root)
    return found


def item(code: str, verdict: str = Verdict.NEGATIVE, **more: Any) -> dict[str, Any]:
    return {"code": code, "verdict": verdict, "tested_at": timezone.now().isoformat()} | more


def report(secret: str, *items: Any) -> tuple[int, Any]:
    return call(secret, PATH, {"results": list(items)})


def told(answer: Any) -> list[tuple[int, str, str]]:
    return [(one["row"], one["status"], one["fault"]) for one in answer["results"]]


def test_each_result_is_answered_and_one_misshapen_holds_no_other_up(secret: str, codes: list[str]) -> None:
    status, answer = report(
        secret,
        item("t-0001", ct={"ORF1ab": 31.2}, row=7),
        item(codes[2], Verdict.POSITIVE),
        item("T-9999"),
        {"code": codes[1], "verdict": "nothing"},
        item("!"),
        item(codes[1], correction="\u7535\u8bdd 13900001111"),
        item(codes[1], Verdict.POSITIVE),
    )
    assert status == 200
    assert told(answer) == [
        (7, "stored", ""), (2, "refused", "not_received"), (3, "refused", "unknown_tube"), (4, "refused", "shape"),
        (5, "refused", "shape"), (6, "refused", "shape"), (7, "stored", ""),
    ]  # fmt: skip
    assert [answer[word] for word in ("received", "stored", "corrected", "same", "refused")] == [
        7,
        2,
        0,
        0,
        5,
    ]
    assert all(one["why"] for one in answer["results"] if one["status"] == "refused")
    first = Result.objects.get(tube__code=codes[0])
    assert (first.source, first.ct, first.by_name) == (
        ResultSource.API,
        {"ORF1ab": 31.2},
        "\u68c0\u6d4b\u5ba4\u7a0b\u5e8f",
    )
    assert set(ResultRefusal.objects.values_list("code", "fault")) == {
        (codes[2], ResultFault.NOT_RECEIVED), ("T-9999", ResultFault.UNKNOWN_TUBE),
    }  # fmt: skip
    assert LatestResult.objects.count() == 2


def test_sent_again_it_is_the_same_and_a_correction_needs_a_reason(secret: str, codes: list[str]) -> None:
    report(secret, item(codes[0], Verdict.POSITIVE))
    assert told(report(secret, item(codes[0], Verdict.POSITIVE))[1]) == [(1, "same", "")]
    assert told(report(secret, item(codes[0]))[1]) == [(1, "refused", "other_result")]
    assert told(report(secret, item(codes[0], correction="\u6837\u672c\u6c61\u67d3"))[1]) == [
        (1, "corrected", "")
    ]
    assert list(Result.objects.order_by("pk").values_list("verdict", flat=True)) == ["positive", "negative"]


@pytest.mark.parametrize("body", [{}, {"results": []}, {"results": [1]}, {"results": [], "more": 1}, "{"])
def test_nonsense_is_refused_as_a_whole(secret: str, body: Any) -> None:
    status, answer = call(secret, PATH, body)
    assert status in (400, 422)
    assert answer["code"] in ("invalid", "unreadable")


def test_too_many_results_at_once(secret: str) -> None:
    assert report(secret, *(item(f"T-{n:04d}") for n in range(1001)))[0] == 422


def test_a_phone_and_a_token_of_no_laboratory_report_nothing(
    park: Park, teams: list[SamplingTeam], laboratory: Laboratory, codes: list[str]
) -> None:
    phones = [token(park, teams[0])[1], token(park, None, DeviceKind.GATE)[1]]
    for one in phones:
        assert report(one, item(codes[0]))[1]["code"] == "device_kind"
    _device, loose = key(park, None)
    status, answer = report(loose, item(codes[0]))
    assert (status, answer["code"]) == (403, "device_laboratory")
    _device, bound = key(park, laboratory)
    Laboratory.objects.update(active=False)
    assert report(bound, item(codes[0]))[0] == 403
    assert not Result.objects.exists()


def test_a_token_that_was_stopped_renewed_freed_or_ran_out_reports_nothing(
    park: Park, laboratory: Laboratory, codes: list[str]
) -> None:
    stopped, first = key(park, laboratory)
    revoke_device(device=stopped, by=manager(park))
    renewed, second = key(park, laboratory)
    renew_code(device=renewed, by=manager(park))
    over, third = key(park, laboratory)
    Device.objects.filter(pk=over.pk).update(
        issued_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    for secret in (first, second, third, "pzd_guess"):
        assert report(secret, item(codes[0]))[0] == 401
    freed, fourth = key(park, laboratory)
    screening.free_device(device=freed, by=park.root)
    assert report(fourth, item(codes[0]))[0] == 403
    assert not Result.objects.exists()


def test_a_laboratory_of_another_zone_finds_no_tube(park: Park, codes: list[str]) -> None:
    other = territory.create_unit(
        kind=UnitKind.ZONE, code="ZZ", name="\u90bb\u533a", parent=None, by=park.root
    )
    stranger = Laboratory.objects.create(zone=other, name="\u90bb\u5ba4", code="L9")
    _device, secret = key(park, stranger, other.path)
    assert told(report(secret, item(codes[0], Verdict.POSITIVE))[1]) == [(1, "refused", "unknown_tube")]
    assert ResultRefusal.objects.get().zone == other
    assert not Result.objects.exists()
    assert Tube.objects.filter(verdict="").count() == 3


def test_a_laboratory_reads_no_roster_and_reports_nothing_else(secret: str) -> None:
    for path, body in (
        ("teams", None), ("sampling/roster", None), ("devices/me", None), ("temperatures", {"rows": []}),
        ("gate-events", {"rows": []}), ("attendance", {"rows": []}), ("sampling/sync", {}),
    ):  # fmt: skip
        status, answer = call(secret, path, body)
        assert (status, answer["code"]) == (403, "device_kind"), path


def test_too_many_calls_in_a_minute_are_told_to_wait(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "A_MINUTE", 2)
    found = [report(secret, item("T-9999"))[0] for _n in range(3)]
    assert found == [200, 200, 429]


def test_who_may_give_a_token_to_a_laboratory(park: Park, laboratory: Laboratory) -> None:
    device, _secret = key(park, None)
    for role in (Role.ORGANISER, Role.SECURITY_ADMIN, Role.DUTY_OFFICER, Role.SAMPLER, Role.COMPANY):
        with pytest.raises(DomainError):
            screening.bind_device(device=device, laboratory=laboratory, by=acting(role, park.zone.path))
    other = territory.create_unit(
        kind=UnitKind.ZONE, code="ZZ", name="\u90bb\u533a", parent=None, by=park.root
    )
    for wrong in (key(park, None, other.path)[0], token(park, None)[0]):
        with pytest.raises(DomainError):
            screening.bind_device(device=wrong, laboratory=laboratory, by=park.root)
    assert not LaboratoryDevice.objects.exists()
    screening.bind_device(device=device, laboratory=laboratory, by=park.root)
    with pytest.raises(DomainError):
        screening.free_device(device=device, by=acting(Role.ORGANISER, park.zone.path))
    assert AuditRecord.objects.get(verb="screening.key_bound").body == {"laboratory": laboratory.pk}


def test_the_page_gives_a_token_and_takes_it_back(
    sign_in: SignIn, park: Park, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, secret = key(park, None)
    right = Right(frozenset({Permission.ENTER_RESULTS}), park.zone.path, "\u68c0\u6d4b\u7ec4")
    monkeypatch.setattr("pingzhan.foundation.access.actor.rights_of", lambda person: (right,))
    client, address = sign_in(Role.SAMPLER, path=park.zone.path), reverse("laboratory:keys")
    assert "\u8fd8\u6ca1\u6709\u5206\u914d" in client.get(address).content.decode()
    client.post(address, {"device": device.pk, "laboratory": laboratory.pk})
    assert laboratory.name in client.get(address).content.decode()
    assert report(secret, item("T-9999"))[0] == 200
    client.post(address, {"device": device.pk, "laboratory": ""})
    assert report(secret, item("T-9999"))[0] == 403
    for wrong in ({"device": 0}, {"device": "x"}, {"device": device.pk, "laboratory": 999_999}):
        assert client.post(address, wrong).status_code == 404
    stranger = Client()
    stranger.force_login(
        account(Role.DUTY_OFFICER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    monkeypatch.undo()
    assert stranger.get(address).status_code == 403


def test_the_token_is_shown_once_with_how_to_send_it(park: Park) -> None:
    _device, address = issue_device(
        name="\u7a0b\u5e8f", kind=DeviceKind.LABORATORY, unit_path=park.zone.path, days=3, by=manager(park)
    )
    page = Client().post(address).content.decode()
    assert "Authorization: Device" in page
    assert "pzd_" in page
    assert Client().get(address).status_code == 404


@settings(
    max_examples=40, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(case=operation("post_laboratory_results").as_strategy())
def test_anything_sent_is_answered_without_a_fault(case: Any, secret: str) -> None:
    caches["default"].clear()
    send(case, secret)
