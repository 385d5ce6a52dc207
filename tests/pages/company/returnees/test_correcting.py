"""A correction of one thing leaves what its form has no room for: a third test, a second symptom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.models import Application
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, hire
from tests.pages.company.returnees.test_returnees import SignIn

CODE, NAME = "370102", "n"


@pytest.fixture
def worker(mill: Firm) -> Employment:
    return hire(mill, no="A001")


def days(n: int) -> Any:
    return timezone.localdate() - timedelta(days=n)


def full() -> api.Facts:
    """More of each kind than the form shows."""
    return api.Facts(
        stays=tuple(api.Stay(CODE, NAME, days(12 - 2 * n), days(11 - 2 * n)) for n in range(5)),
        tests=(
            *(api.Swab(days(4 - n), api.Result.NEGATIVE) for n in range(3)),
            api.Swab(days(0), api.Result.POSITIVE),
        ),
        met=(api.Met(api.Contact.PERSON, days(9)), api.Met(api.Contact.CLOSE, days(3))),
        isolations=(
            api.Isolation(days(9), days(8), api.Place.HOME),
            api.Isolation(days(6), days(5), api.Place.CENTRAL),
        ),
        episodes=(
            api.Episode(api.Symptom.COUGH, days(6), datetime.combine(days(4), time(8, 30, 15))),
            api.Episode(api.Symptom.FEVER, days(2)),
        ),
    )


def shown(client: Client, row: Application) -> dict[str, Any]:
    """What the form shows, as a browser sends it back."""
    form = client.get(reverse("returnees:correct", args=[row.pk])).context["form"]
    found: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(value, datetime):
            value = f"{value:%Y-%m-%dT%H:%M}"
        if value not in (None, ""):
            found[field.html_name] = value
    return found


def test_what_the_form_does_not_show_stays(sign_in: SignIn, mill: Firm, worker: Employment) -> None:
    client = sign_in(Role.COMPANY, path=mill.unit.path)
    facts = full()
    row = api.apply_return(
        employment=worker,
        journey=api.Journey(days(0), CODE, NAME),
        declared=api.Declared(facts),
        by=mill.contact,
    )
    address = reverse("returnees:correct", args=[row.pk])
    answer = client.post(address, {**shown(client, row), "travel": "car"})
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    (now,) = api.opened([row])
    assert row.travel == "car"
    assert now.declared.facts == replace(facts, temperature=None)
    # Days that were changed count for all symptoms that are ticked, as the form says.
    changed = {**shown(client, row), "since": f"{days(1)}", "ended": ""}
    assert client.post(address, changed).status_code == 302
    row.refresh_from_db()
    (now,) = api.opened([row])
    assert {(one.symptom, one.since, one.ended) for one in now.declared.facts.episodes} == {
        (api.Symptom.COUGH, days(1), None),
        (api.Symptom.FEVER, days(1), None),
    }
