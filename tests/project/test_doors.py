"""Every address with every role: who gets in, who does not, nobody at another enterprise's, nobody by forgery."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache as cache_of
from typing import Any, ClassVar
from unittest import mock
from zlib import crc32

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory, TestCase, override_settings
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories import account
from tests.project.doors import DOORS, EVERYBODY, SIGNED_IN, Door
from tests.project.world import World, build

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
REFUSED = (403, 404)
HERE = "localhost"
"""The name asked for: the personas of the demo are only there on the machine itself."""
HELP = "An address without a declaration: add one line for each to DOORS in tests/project/doors.py, saying who may."


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Return the name of every address of the site, libraries' included."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLResolver) and part.namespace == "rest":
            continue  # no role opens these: each is asked without a device's token in tests/rest/test_api.py
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
    # Proved just now, so that no address only asks for the password again.
    request = RequestFactory().get("/")
    request.user, request.session = user, client.session
    record_authentication(request, user, method="password")
    request.session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _client(*, strict: bool = False, key: str = "") -> Client:
    """Return a browser of its own on one chain of middleware for all: making a chain reads every static file."""
    client = Client(enforce_csrf_checks=strict, SERVER_NAME=HERE)
    client.handler = _handler(strict)
    if key:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


@cache_of
def _handler(strict: bool) -> ClientHandler:
    return ClientHandler(strict)


def _left_out(name: str, role: Role | None) -> bool:
    """Return whether this refusal is asked for by the long run only.

    A submission asks each address of all who may, and of a third of those who may not, others at each address.
    """
    part = float(os.environ.get("PINGZHAN_TEST_EXAMPLES", "1"))
    return part < 1 and crc32(f"{name} {role}".encode()) % 3 != 0


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


@contextmanager
def undrawn() -> Iterator[None]:
    """Answer with empty pages: most of the time of these tests would go into drawing the same page again."""
    with mock.patch("django.template.backends.django.Template.render", return_value=""):
        yield


def to_sign_in(answer: HttpResponseBase) -> bool:
    """Return whether a visitor is sent to the sign-in page, or told to sign in."""
    place = answer.headers.get("Location", "")
    return answer.status_code == 403 or (answer.status_code == 302 and place.startswith("/accounts/login/"))


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class Doors(TestCase):
    """One world for all addresses; each request is undone."""

    world: ClassVar[World]
    sessions: ClassVar[dict[tuple[str, Role | None], str]]
    clients: dict[str, dict[Role | None, Client]]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build()
        cls.sessions = {("owner", None): _signed_in(User.objects.get(pk=cls.world.owner))}
        hashed = make_password("qingshan-lushui-26")
        for role in [*Role, None]:
            user = account(*([role] if role else []), path="/")
            user.password = hashed
            user.save(update_fields=["password"])
            cls.sessions["inside", role] = cls.sessions["forging", role] = _signed_in(user)
            if role is not None:
                cls.sessions["elsewhere", role] = _signed_in(account(role, path=cls.world.other_path))

    def setUp(self) -> None:
        # A stream gives its connection back, which here is the one that holds the test's transaction.
        patched = mock.patch("pingzhan.foundation.live.views._close_connection")
        patched.start()
        self.addCleanup(patched.stop)
        self.clients = defaultdict(dict)
        for (kind, role), key in self.sessions.items():
            self.clients[kind][role] = _client(strict=kind == "forging", key=key)

    def _inside(self, name: str, door: Door) -> Iterator[str]:
        drawn = False
        for role, client in self.clients["inside"].items():
            allowed = door.who in (EVERYBODY, SIGNED_IN) or role in door.who
            if not allowed and _left_out(name, role):
                continue
            # Who is let in is settled before the page is drawn: it is drawn in full for the first one only.
            with nullcontext() if allowed and not drawn else undrawn():
                answer = ask(client, name, door, self.world)
            drawn = drawn or allowed
            who = role or "an account without a role"
            if name == "home" and role is None:
                continue  # says that he has no role yet
            unsure = (403, 404) if door.who == EVERYBODY else (404,)
            if (
                allowed
                and answer.status_code in (*REFUSED, 405)
                and not (door.vague and answer.status_code in unsure)
            ):
                yield f"{who} may, and got {answer.status_code}"
            if allowed and to_sign_in(answer) and door.who != EVERYBODY:
                yield f"{who} may, and was sent to sign in"
            if not allowed and answer.status_code not in REFUSED:
                yield f"{who} must be refused, and got {answer.status_code}"

    def _owner(self, name: str, door: Door) -> Iterator[str]:
        if door.owner:
            answer = ask(self.clients["owner"][None], name, door, self.world)
            if answer.status_code in (*REFUSED, 405) or to_sign_in(answer):
                yield f"it belongs to the owner, and he got {answer.status_code}"

    def _visitor(self, name: str, door: Door) -> Iterator[str]:
        answer = ask(_client(), name, door, self.world)
        if door.who == EVERYBODY or door.visitor:
            if answer.status_code in REFUSED and not door.vague:
                yield f"everybody may, and a visitor got {answer.status_code}"
        elif not to_sign_in(answer):
            yield f"a visitor must be sent to sign in, and got {answer.status_code}"

    def _elsewhere(self, name: str, door: Door) -> Iterator[str]:
        if door.args is None or not door.far or isinstance(door.who, str):
            return
        for role in door.who:
            with undrawn():
                answer = ask(self.clients["elsewhere"][role], name, door, self.world)
            if answer.status_code not in REFUSED:
                yield f"{role} of another enterprise must be refused, and got {answer.status_code}"

    def _wrong(self, name: str, door: Door) -> Iterator[str]:
        if door.wrong is None:
            return
        callers: dict[object, Client] = {
            role: client
            for role, client in self.clients["inside"].items()
            if isinstance(door.who, str) or role in door.who
        }
        if door.who == EVERYBODY or door.visitor:
            callers["a visitor"] = _client()
        for who, client in callers.items():
            with undrawn():
                answer = ask(client, name, replace(door, args=door.wrong), self.world)
            if answer.status_code not in REFUSED:
                yield f"{who} must be refused what is not there, and got {answer.status_code}"

    def _forged(self, name: str, door: Door) -> Iterator[str]:
        if not door.post or not door.token:
            return
        everybody = self.clients["forging"]
        roles = [role for role in everybody if door.who in (EVERYBODY, SIGNED_IN) or role in door.who]
        for role in roles[:1]:
            answer = ask(everybody[role], name, door, self.world)
            if answer.status_code != 403:
                yield f"a post without form token got {answer.status_code}"


def _check(name: str) -> Any:
    def test(self: Doors) -> None:
        door = DOORS[name]
        wrong = [
            *self._inside(name, door),
            *self._visitor(name, door),
            *self._owner(name, door),
            *self._elsewhere(name, door),
            *self._wrong(name, door),
            *self._forged(name, door),
        ]
        assert wrong == [], f"{name}: " + "; ".join(wrong)

    return test


for _name in DOORS:
    setattr(Doors, f"test_{_name.replace(':', '_').replace('-', '_')}", _check(_name))

Doors = pytest.mark.property(pytest.mark.xdist_group("doors")(Doors))  # type: ignore[misc]
