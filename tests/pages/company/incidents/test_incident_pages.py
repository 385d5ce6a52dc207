"""The pages of incidents: the facts are asked for, each side does its part, nobody else gets in."""

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
from django.utils import timezone

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Incident
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.photos.keeping import photos_of
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.samples import incident
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]


@pytest.fixture
def forge(park: Park) -> Firm:
    return park.firms[1]


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


@pytest.fixture
def desk(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.DUTY_OFFICER, path=park.zone.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def facts(**changes: Any) -> dict[str, Any]:
    now = timezone.localtime() - timedelta(minutes=5)
    words = {
        "kind": "suspected", "found_at": f"{now:%Y-%m-%dT%H:%M}", "place": "\u4e00\u8f66\u95f4", "persons": "2",
        "symptoms": "\u53d1\u70ed\uff0c\u54b3\u55fd", "done": "\u5df2\u505c\u5de5", "phone": "13900001111",
    }  # fmt: skip
    return words | changes


def test_the_facts_are_asked_for_one_by_one(contact: Client, mill: Firm) -> None:
    address = reverse("incidents:report", args=[mill.unit.pk])
    assert "data-countdown" in text(contact.get(address))
    soon = timezone.localtime() + timedelta(hours=1)
    for changes, words in (
        ({"kind": ""}, "\u8bf7\u9009\u62e9\u662f\u4ec0\u4e48\u60c5\u51b5"),
        ({"found_at": "x"}, "\u53d1\u73b0\u65f6\u95f4\u5e94\u4e3a"),
        ({"found_at": f"{soon:%Y-%m-%dT%H:%M}"}, "\u4e0d\u80fd\u665a\u4e8e\u73b0\u5728"),
        ({"place": ""}, "\u8bf7\u586b\u5199\u5730\u70b9"),
        ({"persons": "0"}, "\u81f3\u5c11\u4e3a 1"),
        ({"persons": "x"}, "\u5e94\u4e3a\u6574\u6570"),
        ({"symptoms": ""}, "\u8bf7\u586b\u5199\u75c7\u72b6"),
        ({"phone": "12"}, "field-error"),
        ({"done": ""}, "\u6ca1\u6709\u91c7\u53d6\u7684\u5199"),
    ):
        answer = contact.post(address, facts(**changes))
        assert answer.status_code == 422, changes
        assert words in text(answer), changes
    assert not Incident.objects.exists()


def test_an_incident_from_report_to_its_end(contact: Client, desk: Client, mill: Firm) -> None:
    photo = SimpleUploadedFile("a.jpg", jpeg(), content_type="image/jpeg")
    answer = contact.post(reverse("incidents:report", args=[mill.unit.pk]), facts(photos=photo))
    row = Incident.objects.get()
    page = reverse("incidents:incident", args=[row.pk])
    assert answer.headers["Location"] == page
    assert row.symptoms == "\u53d1\u70ed\uff0c\u54b3\u55fd"
    step = row.steps.get()
    assert len(photos_of(premises.STEP_PHOTOS, [step.pk])[step.pk]) == 1
    shown = text(contact.get(page))
    assert "13900001111" not in shown
    assert "139****1111" in shown
    assert reverse("incidents:act", args=[row.pk, "receive"]) not in shown

    def act(who: Client, name: str, **data: Any) -> int:
        return who.post(reverse("incidents:act", args=[row.pk, name]), data).status_code

    assert act(desk, "close", note="\u6392\u9664") == 422
    assert act(desk, "receive") == 302
    assert act(desk, "receive") == 409
    assert act(desk, "handle", note="\u6d41\u8c03") == 302
    assert act(desk, "instruct", note="") == 422
    assert act(desk, "instruct", note="\u62a5\u540d\u5355") == 302
    assert act(contact, "follow", note="") == 422
    assert act(contact, "follow", note="\u5df2\u8f6c\u8fd0", isolated="on") == 302
    assert act(desk, "close", note="") == 422
    assert act(desk, "close", note="\u6392\u9664") == 302
    assert act(contact, "follow", note="\u7532") == 422
    assert contact.post(reverse("incidents:act", args=[row.pk, "nonsense"])).status_code == 404
    kinds = list(row.steps.values_list("kind", flat=True))
    assert kinds == ["reported", "received", "handling", "instruction", "isolated", "closed"]
    assert "\u6392\u9664" in text(contact.get(page))


def test_who_gets_in(sign_in: SignIn, park: Park, mill: Firm, forge: Firm) -> None:
    row = premises.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    page, receive = (
        reverse("incidents:incident", args=[row.pk]),
        reverse("incidents:act", args=[row.pk, "receive"]),
    )
    report = reverse("incidents:report", args=[mill.unit.pk])
    for role, path, seen, received, reported in (
        (Role.COMPANY, forge.unit.path, 404, 404, 404),
        (Role.COMPANY, mill.unit.path, 200, 403, 200),
        (Role.GATE_GUARD, mill.unit.path, 403, 403, 403),
        (Role.AUDITOR, "/", 403, 403, 403),
        (Role.CLERK, park.zone.path, 403, 403, 403),
        (Role.DUTY_OFFICER, park.zone.path, 200, 302, 403),
    ):
        client = sign_in(role, path=path)
        assert client.get(page).status_code == seen, role
        assert client.get(report).status_code == reported, role
        assert client.post(receive).status_code == received, role


def test_the_list_narrows_counts_and_needs_the_same_queries(desk: Client, mill: Firm, forge: Firm) -> None:
    address = reverse("incidents:index")
    counts = []
    for size in (1, 2):
        for _n in range(size):
            premises.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
        desk.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address).status_code == 200
        counts.append(len(seen))
    assert counts == [10, 10]
    premises.report_incident(enterprise=forge.unit, data=incident(place="\u4ed3\u5e93"), by=forge.contact)
    assert "\u5171 4 \u4ef6" in text(desk.get(address))
    narrowed = text(desk.get(address, {"q": "\u4ed3\u5e93", "state": "open"}))
    assert "\u5171 1 \u4ef6" in narrowed
    assert "\u5171 0 \u4ef6" in text(desk.get(address, {"state": "closed"}))
    answer = desk.get(reverse("exports:begin", args=["premises.incidents"]))
    assert answer.status_code == 200


def test_the_desk_sees_it_until_it_is_closed(desk: Client, park: Park, mill: Firm) -> None:
    first = premises.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    second = premises.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    premises.receive_incident(incident_id=first.pk, by=park.root)
    block = desk.get(reverse("duty:board")).context["board"].incidents
    assert [line.link for line in block.lines] == [
        reverse("incidents:incident", args=[one.pk]) for one in (second, first)
    ]
    assert [line.tone for line in block.lines] == ["bad", "warn"]
    assert block.waiting
    premises.receive_incident(incident_id=second.pk, by=park.root)
    for row in (first, second):
        premises.close_incident(incident_id=row.pk, note="\u6392\u9664", by=park.root)
    answer = desk.get(reverse("duty:board"))
    assert answer.context["board"].incidents.lines == []
    assert 'id="incidents"' not in text(answer)
