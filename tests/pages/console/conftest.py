"""A small zone in both postures and a signed-in browser for each role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Seat
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.pages.console import freshness
from tests.factories import SmallZone, account, kept, small_zone

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the minute of live regions still, so that a test never runs across its end."""
    monkeypatch.setattr(freshness, "now_minute", lambda: 1)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    caches["local"].clear()


def _opened() -> SmallZone:
    zone = small_zone()
    command.reconcile_zone(zone=zone.zone, cause="试验", by=zone.root)
    return zone


def _switched() -> SmallZone:
    zone = _opened()
    _order(zone)
    return zone


def _order(zone: SmallZone) -> None:
    order = command.SwitchOrder(key="test-1", unit=zone.zone, level=2, reason="试验", basis="试发〔2026〕1号")
    command.order_switch(order=order, by=zone.root)


@pytest.fixture
def world(db: None, request: pytest.FixtureRequest) -> SmallZone:
    """A zone with a published structure, its routine seats open, nothing ordered yet.

    For a test of an emergency the order is given already: it is put back as rows with the rest.
    """
    return kept(_switched if "emergency" in request.fixturenames else _opened)


@pytest.fixture
def emergency(world: SmallZone) -> SmallZone:
    """The same zone switched to level II."""
    if not Activation.objects.filter(unit=world.zone, ended_at=None).exists():
        _order(world)
    return world


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return ``sign_in(user_or_role, ...)``: a client signed in as that account, or as a new one."""

    def enter(who: User | Role, *more: Role, path: str = "/") -> Client:
        user = who if isinstance(who, User) else account(who, *more, path=path)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


def seat_of(zone: SmallZone, name: str) -> Seat:
    """The one open seat of a person."""
    return Seat.objects.get(zone=zone.zone, person__name=name, closed_at=None)


def current(zone: SmallZone) -> Activation:
    """The activation in force on the zone itself."""
    return Activation.objects.get(unit=zone.zone, ended_at=None)
