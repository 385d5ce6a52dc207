"""What a sampling phone may read and send, and who is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import Exemption, Round, Sample, SamplingTeam, TeamDevice, Tube
from pingzhan.foundation.access.devices import enrol, issue_device, revoke_device
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.conftest import planner, teams
from tests.domain.screening.phones import adopted_round
from tests.factories import account
from tests.rest.test_anything import operation, send
from tests.rest.test_api import call

__all__ = ["planner", "teams"]


def manager(park: Park) -> Any:
    from pingzhan.foundation.access.actor import Actor

    user = account(Role.SECURITY_ADMIN)
    return Actor(kind="user", user_id=user.pk, person_id=None, name="", grants=((Role.SECURITY_ADMIN, "/"),))


def token(park: Park, team: SamplingTeam | None, kind: str = DeviceKind.SAMPLING) -> tuple[Device, str]:
    """An enrolled phone with its token."""
    _device, address = issue_device(
        name="\u91c7\u6837\u624b\u673a", kind=kind, unit_path=park.zone.path, days=3, by=manager(park)
    )
    device, secret = enrol(token=address.rsplit("/", 1)[1])
    if team is not None:
        TeamDevice.objects.create(device=device, team=team)
    return device, secret


@pytest.fixture
def today(park: Park, teams: list[SamplingTeam]) -> Round:
    return adopted_round(park, teams[0], [park.firms[0].unit])


@pytest.fixture
def phone_token(park: Park, teams: list[SamplingTeam], today: Round) -> str:
    return token(park, teams[0])[1]


def item(seq: int, kind: str = "sample", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "seq": seq, "kind": kind, "at": timezone.now().isoformat()} | more


def sync(secret: str, *items: dict[str, Any]) -> tuple[int, Any]:
    return call(secret, "sampling/sync", {"sent_at": timezone.now().isoformat(), "items": list(items)})


def test_the_roster_names_only_the_enterprises_of_today(
    park: Park, teams: list[SamplingTeam], today: Round, crew: list[Employment]
) -> None:
    hire(park.firms[1])
    day = timezone.localdate()
    Exemption.objects.create(
        employment=crew[0], enterprise=park.firms[0].unit, reason="leave", since=day - timedelta(days=1),
        until=day + timedelta(days=1),
    )  # fmt: skip
    _device, secret = token(park, teams[0])
    status, (found,) = call(secret, "sampling/roster")
    assert (status, found["round"]["id"], found["round"]["pool_size"]) == (200, today.pk, 3)
    assert [one["ref"] for one in found["people"]] == [one.pk for one in crew]
    assert [one["due"] for one in found["people"]] == [False, True, True, True]
    assert all("*" in one["name_masked"] and len(one["last4"]) == 4 for one in found["people"])
    assert [one["enterprise"] for one in found["stops"]] == [park.firms[0].unit.name]
    entry = AuditRecord.objects.get(verb="screening.roster_read")
    assert entry.body == {"persons": 4}


def test_a_queue_is_stored_and_one_misshapen_record_holds_no_other_up(
    park: Park, teams: list[SamplingTeam], today: Round, crew: list[Employment]
) -> None:
    _device, secret = token(park, teams[0])
    items = [
        item(1, tube="T-0001", person=crew[0].pk, place=1),
        item(2, tube="T-0001", person=crew[1].pk, place=2, nonsense=1),
        {"id": "x"},
        item(3, "seal", tube="T-0001"),
    ]
    status, answer = sync(secret, *items)
    assert status == 200
    assert [(one["status"], one["code"]) for one in answer["results"]] == [
        ("accepted", ""), ("rejected", "shape"), ("rejected", "shape"), ("accepted", ""),
    ]  # fmt: skip
    assert "nonsense" in answer["results"][1]["why"]
    _status, again = sync(secret, items[0], items[3])
    assert [one["status"] for one in again["results"]] == ["duplicate"] * 2
    assert (Sample.objects.count(), Tube.objects.get().heads) == (1, 1)


def test_too_long_a_queue_is_refused_as_a_whole(park: Park, teams: list[SamplingTeam], today: Round) -> None:
    _device, secret = token(park, teams[0])
    status, answer = sync(secret, *(item(n, "seal", tube="T-0001") for n in range(1, 202)))
    assert (status, answer["code"]) == (422, "invalid")


def test_phones_of_others_are_refused(
    park: Park, teams: list[SamplingTeam], today: Round, crew: list[Employment]
) -> None:
    swab = item(1, tube="T-0001", person=crew[0].pk, place=1, round=today.pk)
    gate = token(park, teams[0], DeviceKind.GATE)[1]
    nobody = token(park, None)[1]
    for secret, code in ((gate, "device_kind"), (nobody, "device_team")):
        for status, answer in (sync(secret, swab), call(secret, "sampling/roster")):
            assert (status, answer["code"]) == (403, code)
    stopped, secret = token(park, teams[0])
    revoke_device(device=stopped, by=manager(park))
    for status, answer in (sync(secret, swab), call(secret, "sampling/roster")):
        assert (status, answer["code"]) == (401, "device_refused")
    # A phone of another team has no round today: it reads nobody and writes into no tube.
    other = token(park, teams[1])[1]
    assert call(other, "sampling/roster") == (200, [])
    assert sync(other, swab)[1]["results"][0]["code"] == "round"
    assert not Tube.objects.exists()


def test_people_of_another_enterprise_are_answered_like_nobody(
    park: Park, teams: list[SamplingTeam], today: Round
) -> None:
    secret = token(park, teams[0])[1]
    stranger = hire(park.firms[1])
    _status, answer = sync(
        secret,
        item(1, tube="T-0001", person=stranger.pk, place=1),
        item(2, tube="T-0001", person=2**60, place=1),
    )
    assert [one["code"] for one in answer["results"]] == ["person", "person"]
    assert len({one["why"] for one in answer["results"]}) == 1


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.ORGANISER, True), (Role.COMPANY, False), (Role.AUDITOR, False), (Role.SAMPLER, False)],
)
def test_only_who_plans_gives_a_phone_to_a_team(
    park: Park, teams: list[SamplingTeam], role: Role, may: bool
) -> None:
    device, secret = token(park, None)
    by = acting(role, park.zone.path)
    if not may:
        with pytest.raises(DomainError):
            screening.assign_phone(device=device, team=teams[0], by=by)
        assert call(secret, "sampling/roster")[0] == 403
        return
    screening.assign_phone(device=device, team=teams[0], by=by)
    screening.assign_phone(device=device, team=teams[1], by=by)
    assert TeamDevice.objects.get().team == teams[1]
    gate, _secret = token(park, None, DeviceKind.GATE)
    with pytest.raises(DomainError):
        screening.assign_phone(device=gate, team=teams[0], by=by)


@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(case=operation("post_sampling_sync").as_strategy())
def test_anything_sent_is_answered_without_a_fault(case: Any, phone_token: str) -> None:
    send(case, phone_token)
