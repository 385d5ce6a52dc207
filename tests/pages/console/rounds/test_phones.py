"""Sampling phones in the browser: handed out to a team, moved, renewed, stopped; seen by who may, refused in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import CustodyStep, Sample, SamplingTeam, TeamDevice
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.models import Device, DeviceKind, RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from tests.domain.people.crowd import Park, build_park
from tests.factories import kept
from tests.pages.console.conftest import SignIn

INDEX = "rounds:phones"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def team(park: Park) -> SamplingTeam:
    return SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")


@pytest.fixture
def other(park: Park) -> SamplingTeam:
    return SamplingTeam.objects.create(zone=park.zone, name="\u4e8c\u961f")


@pytest.fixture
def head(sign_in: SignIn, park: Park) -> Client:
    """The head of the testing group: who plans and hands out."""
    client = sign_in(Role.ORGANISER, path=park.zone.path)
    user = RoleGrant.objects.latest("pk").user
    RoleGrant.objects.create(user=user, role=Role.DUTY_OFFICER, unit_path=park.zone.path)
    return client


@pytest.fixture
def planner(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.ORGANISER, path=park.zone.path)


def made(park: Park, team: SamplingTeam | None, name: str, **more: Any) -> Device:
    now = timezone.now()
    found = Device.objects.create(
        name=name, kind=DeviceKind.SAMPLING, unit_path=park.zone.path, issued_by=RoleGrant.objects.latest("pk").user,
        expires_at=now + timedelta(days=1), **{"enrolled_at": now, "token_sha": f"sha-{name}"} | more,
    )  # fmt: skip
    if team is not None:
        TeamDevice.objects.create(device=found, team=team)
    return found


def test_a_phone_is_handed_out_moved_renewed_and_stopped(
    head: Client, park: Park, team: SamplingTeam, other: SamplingTeam
) -> None:
    assert "\u8fd8\u6ca1\u6709\u53d1\u653e\u91c7\u6837\u624b\u673a" in text(head.get(at(INDEX)))
    issue = at("rounds:phone_issue")
    for wrong in ({"name": ""}, {"team": ""}, {"days": "0"}, {"days": "91"}, {"team": "999999"}):
        answer = head.post(issue, {"name": "P1", "team": team.pk, "days": "2"} | wrong)
        assert answer.status_code == 422, wrong
    assert Device.objects.count() == 0
    answer = head.post(issue, {"name": "P1", "team": team.pk, "days": "2"})
    assert "no-store" in answer.headers["Cache-Control"]
    first = re.search(r"/device/([\w-]{20,})", text(answer))
    assert first is not None
    device, token = devices.enrol(token=first[1])
    assert TeamDevice.objects.get(device=device).team == team
    assert device.unit_path == park.zone.path
    shown = text(head.get(at(INDEX)))
    assert (f"PZD-{device.pk}" in shown, "\u5728\u7528" in shown) == (True, True)
    answer = head.post(at("rounds:phone_give", device.pk), {"team": other.pk}, follow=True)
    assert "P1\u5df2\u5206\u7ed9\u4e8c\u961f" in text(answer)
    assert TeamDevice.objects.get(device=device).team == other
    for wrong_team in ("", "x", "999999"):
        answer = head.post(at("rounds:phone_give", device.pk), {"team": wrong_team}, follow=True)
        assert "\u8bf7\u9009\u62e9\u91c7\u6837\u961f" in text(answer)
    second = re.search(r"/device/([\w-]{20,})", text(head.post(at("rounds:phone_renew", device.pk))))
    assert second is not None
    device.refresh_from_db()
    assert device.token_sha is None, token
    devices.enrol(token=second[1])
    answer = head.post(at("rounds:phone_stop", device.pk), follow=True)
    assert "P1\u5df2\u505c\u7528" in text(answer)
    device.refresh_from_db()
    assert (device.token_sha, device.revoked_at is None) == (None, False)
    shown = text(head.get(at(INDEX)))
    assert at("rounds:phone_stop", device.pk) not in shown
    for name in ("rounds:phone_stop", "rounds:phone_renew"):
        assert "\u505c\u7528" in text(head.post(at(name, device.pk), follow=True))
    head.post(at("rounds:phone_give", device.pk), {"team": team.pk})
    assert TeamDevice.objects.get(device=device).team == other
    verbs = list(
        AuditRecord.objects.filter(subject_kind="device").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == [
        "device.issued", "screening.phone_assigned", "device.enrolled", "screening.phone_assigned",
        "device.renewed", "device.enrolled", "device.revoked",
    ]  # fmt: skip


def test_a_team_out_of_use_gets_no_phone_and_nothing_is_left(
    head: Client, park: Park, team: SamplingTeam
) -> None:
    SamplingTeam.objects.filter(pk=team.pk).update(active=False)
    assert head.post(at("rounds:phone_issue"), {"name": "P", "team": team.pk, "days": "2"}).status_code == 422
    assert Device.objects.count() == 0


def test_the_list_says_when_a_phone_last_sent(head: Client, park: Park, team: SamplingTeam) -> None:
    one, two = made(park, team, "P1"), made(park, None, "P2")
    book = made(park, team, "P3", enrolled_at=None, token_sha=None)
    long_ago = timezone.now() - timedelta(hours=9)
    Sample.objects.create(
        round_id=1,
        tube_id=1,
        person=1,
        device_id=one.pk,
        seq=1,
        taken_at=long_ago,
        received_at=long_ago,
        place=1,
    )
    CustodyStep.objects.create(
        step="seal",
        tube_id=1,
        device_id=one.pk,
        seq=2,
        device_at=long_ago,
        at=long_ago + timedelta(hours=1),
    )
    seen = screening.phone_lines([one, two])
    assert [(line.team, line.sent_at) for line in seen] == [
        (team, long_ago + timedelta(hours=1)),
        (None, None),
    ]
    shown = text(head.get(at(INDEX)))
    local = timezone.localtime(long_ago + timedelta(hours=1))
    assert f"{local:%m-%d %H:%M}" in shown
    assert "\u6ca1\u6709\u5206\u914d" in shown
    # A register on paper is no phone.
    assert f"PZD-{book.pk}" not in shown
    assert head.post(at("rounds:phone_stop", book.pk)).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_hands_out(
    sign_in: SignIn, park: Park, team: SamplingTeam, other: SamplingTeam, role: Role
) -> None:
    client = sign_in(role, path=park.zone.path)
    device = made(park, team, "P1")
    sees = role in {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}
    manages = role in {Role.DUTY_OFFICER, Role.SECURITY_ADMIN}
    assert client.get(at(INDEX)).status_code == (200 if sees else 403)
    shown = text(client.get(at(INDEX)))
    issue = at("rounds:phone_issue")
    assert (issue in shown) == (role == Role.DUTY_OFFICER)
    assert (at("rounds:phone_give", device.pk) in shown) == (role == Role.ORGANISER)
    moved = client.post(at("rounds:phone_give", device.pk), {"team": other.pk})
    assert moved.status_code == (302 if role == Role.ORGANISER else 403)
    stop = client.post(at("rounds:phone_stop", device.pk)).status_code
    # The security administrator has the list of all devices; a phone of testing is not his to see here.
    assert stop == (403 if not manages else 302 if sees else 404)
    assert (Device.objects.get().revoked_at is not None) == (role == Role.DUTY_OFFICER)
    issued = client.post(issue, {"name": "P", "team": team.pk, "days": 2}).status_code
    assert issued == (403 if not manages else 200 if sees else 404)
    assert Device.objects.count() == (2 if role == Role.DUTY_OFFICER else 1)


def test_another_zone_is_not_found(sign_in: SignIn, park: Park, team: SamplingTeam) -> None:
    far = sign_in(Role.ORGANISER, path="/999/")
    device = made(park, team, "P1")
    assert far.get(at(INDEX)).status_code == 404
    assert far.post(at("rounds:phone_give", device.pk), {"team": team.pk}).status_code == 404


def test_the_list_needs_the_same_queries_for_one_and_three_rows(
    head: Client, park: Park, team: SamplingTeam
) -> None:
    seen = []
    for rows in ((1,), (2, 3)):
        for n in rows:
            made(park, team, f"P{n}")
        head.get(at(INDEX))
        with CaptureQueriesContext(connection) as caught:
            head.get(at(INDEX))
        seen.append(len(caught))
    assert seen[0] == seen[1]
    assert seen[0] <= 16
