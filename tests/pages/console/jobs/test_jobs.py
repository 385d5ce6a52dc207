"""后台任务: who sees which run, what the fragment answers, what a button does."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.jobs.beats import beat
from pingzhan.foundation.jobs.loops import loops
from pingzhan.foundation.runs.actions import start
from pingzhan.foundation.runs.execution import claim
from pingzhan.foundation.runs.models import RunRow
from pingzhan.pages.console.duty.health import loop_name
from tests.factories import account
from tests.foundation.runs import kinds
from tests.pages.console.conftest import SignIn


def begin(user: User, n: int = 1) -> list[RunRow]:
    assert kinds
    return [
        start("test.flaky", title=f"导入第 {k} 批", params={"failures": 0}, by=actor_of(user))
        for k in range(n)
    ]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_his_own_runs_and_only_the_administrator_all(sign_in: SignIn, role: Role) -> None:
    mine = account(role)
    (own,) = begin(mine)
    (other,) = begin(account(Role.COMPANY))
    client = sign_in(mine)
    text = client.get("/jobs/").content.decode()
    sees_all = role is Role.SYSTEM_ADMIN
    assert f"/jobs/{own.pk}/" in text
    assert (f"/jobs/{other.pk}/" in text) == sees_all
    assert ("循环任务" in text) == sees_all
    for address in (f"/jobs/{other.pk}/", f"/jobs/{other.pk}/progress/"):
        assert client.get(address).status_code == (200 if sees_all else 404)
    for address in (f"/jobs/{other.pk}/cancel/", f"/jobs/{other.pk}/retry/"):
        if not sees_all:
            assert client.post(address).status_code == 404
    other.refresh_from_db()
    assert other.state == "queued"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/jobs/", "/jobs/1/", "/jobs/1/progress/"])
def test_a_visitor_is_sent_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("n", [1, 3])
def test_query_count(sign_in: SignIn, n: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    admin = account(Role.SYSTEM_ADMIN)
    client = sign_in(admin)
    begin(admin, n)
    for k in range(n):
        beat(f"loop-{k}", 5.0)
    with django_assert_num_queries(9):
        client.get("/jobs/")


def test_the_fragment_moves_with_the_run_and_stops_at_its_end(sign_in: SignIn) -> None:
    me = account(Role.COMPANY)
    client = sign_in(me)
    (row,) = begin(me)
    address = f"/jobs/{row.pk}/progress/"
    assert client.get(address + "?v=queued-0-0-0").status_code == 204
    run = claim()
    assert run is not None
    run.progress(3, 10, "第 3 批")
    moved = client.get(address + "?v=queued-0-0-0")
    assert moved.status_code == 200
    assert "第 3 批" in moved.content.decode()
    assert client.get(address + "?v=running-3-10-0").status_code == 204
    RunRow.objects.update(state="done", claim=None, lease_until=None, finished_at=Now())
    ended = client.get(address + "?v=running-3-10-0")
    assert ended.status_code == 286
    assert ended.headers["HX-Trigger"] == "run-ended"


def test_the_list_is_limited_by_state_and_a_failed_run_is_started_again(sign_in: SignIn) -> None:
    admin = account(Role.SYSTEM_ADMIN)
    client = sign_in(admin)
    waiting, dead, done = begin(admin, 3)
    RunRow.objects.filter(pk=dead.pk).update(state="dead", error="表头不对", finished_at=Now())
    RunRow.objects.filter(pk=done.pk).update(state="done", finished_at=Now())
    for state, shown in (("open", waiting), ("dead", dead), ("ended", done)):
        text = client.get(f"/jobs/?state={state}").content.decode()
        assert [row.pk for row in (waiting, dead, done) if f"/jobs/{row.pk}/" in text] == [shown.pk]
    assert "表头不对" in client.get(f"/jobs/{dead.pk}/").content.decode()
    assert client.post(f"/jobs/{dead.pk}/retry/").status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.error) == ("queued", "")
    assert client.post(f"/jobs/{done.pk}/retry/").status_code == 409
    assert client.post(f"/jobs/{waiting.pk}/cancel/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_every_loop_is_called_by_words() -> None:
    """The page of background work and the health block name them; a key means nothing to a duty officer."""
    assert [one.name for one in loops() if loop_name(one.name) == one.name] == []
