"""The way to one's enterprise: led there, asked which, or told nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import entrance, firm_for, firms_of
from tests.domain.people.crowd import Park, acting


def asked(path: str, role: Role, query: str = "") -> HttpRequest:
    request = RequestFactory().get(f"/{query}")
    request.user = AnonymousUser()
    request.__dict__["_actor"] = acting(role, path)
    return request


def led(request: HttpRequest) -> HttpResponse:
    return entrance(request, view="workers:detail", title="x", permission=Permission.VIEW_LEDGERS)


def test_one_enterprise_is_opened_at_once(park: Park) -> None:
    own = park.firms[0].unit
    answer = led(asked(own.path, Role.COMPANY))
    assert (answer.status_code, answer["Location"]) == (302, f"/workers/{own.pk}/")


def test_another_enterprise_is_not_found(park: Park) -> None:
    own, other = park.firms[0].unit, park.firms[1].unit
    request = asked(own.path, Role.COMPANY)
    assert firm_for(request, own.pk, Permission.VIEW_LEDGERS) == own
    with pytest.raises(NotFound):
        firm_for(request, other.pk, Permission.VIEW_LEDGERS)
    with pytest.raises(NotFound):
        firm_for(request, own.pk, Permission.MANAGE_MEASURES)


def test_several_are_listed_and_a_name_narrows_them(park: Park) -> None:
    request = asked(park.zone.path, Role.DUTY_OFFICER)
    names = [firm.unit.name for firm in park.firms]
    page = led(request).content.decode()
    assert all(name in page for name in names)
    found = led(asked(park.zone.path, Role.DUTY_OFFICER, f"?q={names[0]}")).content.decode()
    assert names[0] in found
    assert not any(name in found for name in names[1:])


def test_a_role_without_the_right_has_none(park: Park) -> None:
    request = asked(park.zone.path, Role.ORGANISER)
    assert not firms_of(request_actor(request), Permission.KEEP_LEDGERS).exists()
