"""The pages of declarations: the list, the short form, what was declared; another enterprise's are not there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.obligations import api, forms
from pingzhan.domain.obligations.models import Declaration, Obligation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, account


@pytest.fixture
def row(park: SmallZone, monkeypatch: pytest.MonkeyPatch) -> Obligation:
    monkeypatch.setattr(forms, "_forms", {})
    api.today(park.firms[0].pk)
    return Obligation.objects.get(unit=park.firms[0], demand__evidence="plan_review")


def signed_in(firm: Unit) -> Client:
    client = Client()
    client.force_login(account(Role.COMPANY, path=firm.path))
    return client


def sent(**changes: str) -> dict[str, str]:
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    return {"key": str(uuid4()), "note": "walked the halls", "at": now, **changes}


def test_a_kind_without_a_ledger_leads_to_the_form(park: SmallZone, row: Obligation) -> None:
    found = api.form_of("inspection")
    assert found is not None
    assert (found.view_name, found.one_tap) == ("declarations:unit", None)
    client = signed_in(park.firms[0])
    page = client.get(reverse(found.view_name, args=[park.firms[0].pk]))
    assert reverse("declarations:form", args=[row.pk]) in page.content.decode()


def test_the_form_refuses_keeps_and_takes_back(park: SmallZone, row: Obligation) -> None:
    client = signed_in(park.firms[0])
    address = reverse("declarations:form", args=[row.pk])
    refused = client.post(address, sent(note=""))
    assert refused.status_code == 422
    assert client.post(address, sent()).status_code == 302
    made = Declaration.objects.get()
    shown = reverse("declarations:record", args=[made.pk])
    assert "walked the halls" in client.get(shown).content.decode()
    assert client.post(shown, {"reason": "wrong hall"}).status_code == 302
    row.refresh_from_db()
    assert row.ref_id is None


def test_another_enterprise_finds_nothing(park: SmallZone, row: Obligation) -> None:
    made = api.declare(row.pk, done=api.Done(uuid4(), "done", timezone.now()), by=park.root)
    client = signed_in(park.firms[1])
    for address in (
        reverse("declarations:unit", args=[park.firms[0].pk]),
        reverse("declarations:form", args=[row.pk]),
        reverse("declarations:record", args=[made.pk]),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, sent()).status_code in (404, 405)
