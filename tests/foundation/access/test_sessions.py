from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.access import guard, sessions
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.live.changes import SESSION_TOPIC, session_digest
from pingzhan.foundation.live.hub import ENDED, Event, Subscription
from pingzhan.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def user(make_user: Any) -> User:
    return make_user(Role.DUTY_OFFICER)  # type: ignore[no-any-return]


def age(client: Client, **seconds: int) -> None:
    session = client.session
    for key, back in seconds.items():
        session[f"pz_{key}"] -= back
    session.save()


@pytest.mark.second_factor
@pytest.mark.parametrize(("role", "ends"), [(Role.DUTY_OFFICER, True), (Role.OFFICIAL, False)])
def test_an_idle_session_of_a_far_reaching_role_ends(make_user: Any, role: Role, ends: bool) -> None:
    client = signed(make_user(role))
    age(client, seen=guard.idle_seconds() + 1)
    answer = client.get("/tasks/")
    assert answer.headers.get("Location", "").startswith("/accounts/login/?next=%2Ftasks%2F") is ends
    found = SignIn.objects.get()
    assert (found.ended_by, found.session_key is None) == (("idle", True) if ends else ("", False))


def test_no_session_outlives_twelve_hours(user: User) -> None:
    client = signed(user)
    age(client, since=sessions.ABSOLUTE_SECONDS)
    assert client.get("/security/").status_code == 302
    assert SignIn.objects.get().ended_by == "expired"


def test_what_the_page_does_by_itself_is_no_use(user: User) -> None:
    client = signed(user)
    age(client, seen=120)
    before = client.session["pz_seen"]
    client.get("/ui/band/", headers={"x-background": "1"})
    assert client.session["pz_seen"] == before
    client.get("/ui/band/")
    assert client.session["pz_seen"] > before


def test_people_end_their_own_sessions_and_nobody_elses(user: User, make_user: Any) -> None:
    here, there = signed(user), signed(user)
    other = make_user(Role.SYSTEM_ADMIN)
    rows = {row.session_key: row.pk for row in SignIn.objects.filter(user=user)}
    away = rows[there.session.session_key]
    with pytest.raises(NotFound):
        sessions.end_session(session_id=away, by=actor_of(other))
    assert here.post(f"/security/sessions/{away}/end/").status_code == 302
    assert there.get("/security/").headers["Location"].startswith("/accounts/login/")
    assert here.get("/security/").status_code == 200
    third = signed(user)
    here.post("/security/sessions/end-others/")
    assert third.get("/security/").status_code == 302
    assert Session.objects.count() == SignIn.objects.filter(session_key__isnull=False).count() == 1


def test_signing_out_and_a_new_password_end_sessions(user: User) -> None:
    user.set_password("qingshan-lushui-26")
    user.save()
    here, there = signed(user), signed(user)
    new = "zhongnan-haitian-9"
    data = {"oldpassword": "qingshan-lushui-26", "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", data).status_code == 302
    assert there.get("/security/").status_code == 302
    assert here.get("/security/").status_code == 200
    here.post("/accounts/logout/")
    assert sorted(SignIn.objects.values_list("ended_by", flat=True)) == ["password", "signed_out"]


def test_an_old_password_must_be_changed_first(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user.set_password("qingshan-lushui-26")
    user.save()
    monkeypatch.setattr(guard, "is_exempt", lambda _user: False)
    RoleGrant.objects.filter(user=user).update(role=Role.OFFICIAL.value)
    client = signed(user)
    monkeypatch.setattr(guard, "number", lambda key: 30)
    assert client.get("/security/").status_code == 200
    monkeypatch.setattr("time.time", lambda: User.objects.get().password_at.timestamp() + 31 * 86400)  # type: ignore[union-attr]
    client = signed(user)
    assert client.get("/security/").headers["Location"] == "/accounts/password/change/"
    assert client.get("/accounts/password/change/").status_code == 200


def test_the_end_of_a_session_closes_its_streams_only() -> None:
    async def told() -> tuple[list[Event], list[Event]]:
        mine = Subscription(frozenset({"command"}), session_digest("a"))
        others = Subscription(frozenset({"command"}), session_digest("b"))
        for one in (mine, others):
            one.put(Event("command", 1, {}))
            one.put(Event(SESSION_TOPIC, 2, {"session": session_digest("a")}))
        return [mine.queue.get_nowait() for _ in range(mine.queue.qsize())], [
            others.queue.get_nowait() for _ in range(others.queue.qsize())
        ]

    mine, others = asyncio.run(told())
    assert mine == [ENDED]
    assert [one.topic for one in others] == ["command"]


def test_nobody_listens_to_the_ends_of_sessions(user: User) -> None:
    from unittest import mock

    with mock.patch("pingzhan.foundation.live.views._close_connection"):
        assert signed(user).get(f"/live/?topics={SESSION_TOPIC}").status_code == 400


@given(st.text(max_size=60))
def test_a_digest_never_shows_the_key(key: str) -> None:
    assert len(session_digest(key)) in (0, 32)
    assert not key or key not in session_digest(key) or len(key) < 8
