"""Every address with every role: who gets in, who does not, nobody at another enterprise's, nobody by forgery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from unittest import mock

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client, TestCase, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories import account
from tests.project.doors import DOORS, EVERYBODY, SIGNED_IN, Door
from tests.project.world import World, build

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
REFUSED = (403, 404)
HELP = "An address without a declaration: add one line for each to DOORS in tests/project/doors.py, saying who may."


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Return the name of every address of the site, libraries' included."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLResolver):
            yield from names(part, f"{space}{part.namespace}:" if part.namespace else space)
        elif isinstance(part, URLPattern):
            yield f"{space}{part.name}"


def test_every_address_is_declared_and_every_declaration_has_an_address() -> None:
    known = set(names())
    assert known - set(DOORS) == set(), HELP
    assert set(DOORS) - known == set(), "a declaration whose address is gone"


def _signed_in(user: User) -> str:
    """Sign somebody in and return the key of his session."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class _Undo(Exception):
    pass


def ask(client: Client, name: str, door: Door, world: World) -> HttpResponseBase:
    """Return the answer, and undo whatever it did."""
    address = reverse(name, kwargs=door.args(world) if door.args else None)
    cache.clear()
    found: list[HttpResponseBase] = []
    try:
        with transaction.atomic():
            send: Any = client.post if door.post else client.get
            found.append(send(address, dict(door.data)))
            raise _Undo
    except _Undo:
        return found[0]


def to_sign_in(answer: HttpResponseBase) -> bool:
    """Return whether a visitor is sent to the sign-in page, or told to sign in."""
    place = answer.headers.get("Location", "")
    return answer.status_code == 403 or (answer.status_code == 302 and place.startswith("/accounts/login/"))


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class Doors(TestCase):
    """One world for all addresses; each request is undone."""

    world: ClassVar[World]
    inside: ClassVar[dict[Role | None, Client]]
    elsewhere: ClassVar[dict[Role, Client]]
    forging: ClassVar[dict[Role | None, Client]]

    sessions: ClassVar[dict[tuple[str, Role | None], str]]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build()
        cls.sessions = {}
        for role in [*Role, None]:
            user = account(*([role] if role else []), path="/")
            user.set_password("qingshan-lushui-26")
            user.save(update_fields=["password"])
            for kind in ("inside", "forging"):
                cls.sessions[kind, role] = _signed_in(user)
            if role is not None:
                cls.sessions["elsewhere", role] = _signed_in(account(role, path=cls.world.other_path))

    def setUp(self) -> None:
        # A stream gives its connection back, which here is the one that holds the test's transaction.
        patched = mock.patch("pingzhan.foundation.live.views._close_connection")
        patched.start()
        self.addCleanup(patched.stop)
        clients: dict[str, dict[Role | None, Client]] = {"inside": {}, "forging": {}, "elsewhere": {}}
        for (kind, role), key in self.sessions.items():
            client = Client(enforce_csrf_checks=kind == "forging")
            client.cookies[settings.SESSION_COOKIE_NAME] = key
            clients[kind][role] = client
        self.inside, self.forging = clients["inside"], clients["forging"]  # type: ignore[misc]
        self.elsewhere = {role: one for role, one in clients["elsewhere"].items() if role}  # type: ignore[misc]

    def _inside(self, name: str, door: Door) -> Iterator[str]:
        for role, client in self.inside.items():
            allowed = door.who in (EVERYBODY, SIGNED_IN) or role in door.who
            answer = ask(client, name, door, self.world)
            who = role or "an account without a role"
            if name == "home" and role is None:
                continue  # says that he has no role yet
            unsure = (403, 404) if door.who == EVERYBODY else (404,)
            if (
                allowed
                and answer.status_code in REFUSED
                and not (door.vague and answer.status_code in unsure)
            ):
                yield f"{who} may, and got {answer.status_code}"
            if allowed and to_sign_in(answer) and door.who != EVERYBODY:
                yield f"{who} may, and was sent to sign in"
            if not allowed and answer.status_code not in REFUSED:
                yield f"{who} must be refused, and got {answer.status_code}"

    def _visitor(self, name: str, door: Door) -> Iterator[str]:
        answer = ask(Client(), name, door, self.world)
        if door.who == EVERYBODY:
            if answer.status_code == 403 and not door.vague:
                yield "everybody may, and a visitor got 403"
        elif not to_sign_in(answer):
            yield f"a visitor must be sent to sign in, and got {answer.status_code}"

    def _elsewhere(self, name: str, door: Door) -> Iterator[str]:
        if door.args is None or not door.far or isinstance(door.who, str):
            return
        for role in door.who:
            answer = ask(self.elsewhere[role], name, door, self.world)
            if answer.status_code not in REFUSED:
                yield f"{role} of another enterprise must be refused, and got {answer.status_code}"

    def _forged(self, name: str, door: Door) -> Iterator[str]:
        if not door.post or not door.token:
            return
        roles = [role for role in self.forging if door.who in (EVERYBODY, SIGNED_IN) or role in door.who]
        for role in roles[:1]:
            answer = ask(self.forging[role], name, door, self.world)
            if answer.status_code != 403:
                yield f"a post without form token got {answer.status_code}"


def _check(name: str) -> Any:
    def test(self: Doors) -> None:
        door = DOORS[name]
        wrong = [
            *self._inside(name, door),
            *self._visitor(name, door),
            *self._elsewhere(name, door),
            *self._forged(name, door),
        ]
        assert wrong == [], f"{name}: " + "; ".join(wrong)

    return test


for _name in DOORS:
    setattr(Doors, f"test_{_name.replace(':', '_').replace('-', '_')}", _check(_name))

Doors = pytest.mark.xdist_group("doors")(Doors)  # type: ignore[misc]
