"""A park with two enterprises and a signed-in browser for each role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, build_park
from tests.factories import account, kept

SignIn = Callable[..., Client]


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return ``sign_in(role, path="/")``: a client signed in as a new account of that role."""

    def enter(role: Role, *, path: str = "/") -> Client:
        client = Client()
        client.force_login(
            account(role, path=path), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return enter
