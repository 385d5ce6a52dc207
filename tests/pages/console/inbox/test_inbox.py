"""收件箱: my own notices, read by one button, counted by the bell."""

from __future__ import annotations

import pytest
from django.test import Client

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages import NewNotice, deliver_due, enqueue_bulk
from pingzhan.foundation.messages.models import Notice
from tests.factories import account
from tests.pages.console.conftest import SignIn

pytestmark = pytest.mark.django_db


def write(user: User, n: int) -> list[Notice]:
    enqueue_bulk(
        [
            NewNotice(
                dedupe=f"inbox:{user.pk}:{k}",
                recipient=k,
                account=user.pk,
                kind="test",
                channel="in_app",
                title=f"通知 {user.username} {k}",
                subject_kind="test",
                subject_id=k,
            )
            for k in range(n)
        ]
    )
    deliver_due()
    return list(Notice.objects.filter(account=user).order_by("id"))


def states(user: User) -> list[str]:
    return list(Notice.objects.filter(account=user).order_by("id").values_list("state", flat=True))


@pytest.fixture
def reader() -> User:
    return account(Role.OFFICIAL)


def test_i_see_mine_and_nobody_elses(sign_in: SignIn, reader: User) -> None:
    other = account(Role.OFFICIAL)
    write(reader, 2)
    write(other, 1)
    text = sign_in(reader).get("/inbox/").content.decode()
    assert f"通知 {reader.username} 1" in text
    assert f"通知 {other.username}" not in text


def test_looking_marks_nothing_and_the_buttons_do(sign_in: SignIn, reader: User) -> None:
    first, *_rest = write(reader, 3)
    client = sign_in(reader)
    client.get("/inbox/")
    assert states(reader) == ["delivered"] * 3
    client.post("/inbox/read/", {"notice": first.pk})
    assert states(reader) == ["read", "delivered", "delivered"]
    client.post("/inbox/read/")
    assert states(reader) == ["read"] * 3


def test_a_foreign_notice_stays_unread(sign_in: SignIn, reader: User) -> None:
    (foreign,) = write(account(Role.OFFICIAL), 1)
    sign_in(reader).post("/inbox/read/", {"notice": foreign.pk})
    foreign.refresh_from_db()
    assert foreign.state == "delivered"


def test_the_bell_counts(sign_in: SignIn, reader: User) -> None:
    client = sign_in(reader)
    assert "bell-count" not in client.get("/inbox/bell/").content.decode()
    write(reader, 2)
    text = client.get("/inbox/bell/").content.decode()
    assert 'aria-hidden="true">2<' in text
    assert client.get("/inbox/bell/").headers["Cache-Control"].startswith("max-age=0")


def test_a_visitor_gets_no_bell(client: Client) -> None:
    assert client.get("/inbox/bell/").status_code == 302
