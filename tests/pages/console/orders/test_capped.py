"""Lists of orders that hold years: the newest first, pages up to a cap, a sentence that says so, few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.orders.models import Order, Target
from pingzhan.foundation.access.roles import Role
from pingzhan.pages.console import capped
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

CAP = 120
SENTENCE = "只列出前 1000 项"


@pytest.fixture
def duty(world: SmallZone, sign_in: SignIn) -> Client:
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/orders/")
    return client


@pytest.fixture(autouse=True)
def _small_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capped, "MOST", CAP)


def closed(world: SmallZone, count: int) -> list[Order]:
    """Orders given by the hour and ended in the same order, the last one last."""
    now = timezone.now()
    rows = Order.objects.bulk_create(
        Order(
            zone=world.zone,
            unit=world.zone,
            year=now.year,
            number=n + 1,
            title=f"第{n}件",
            source="desk",
            lead_name="安若水",
            due_at=now,
            first_due_at=now,
            yellow_at=now,
            issued_at=now - timedelta(days=900, hours=n),
            issued_by_name="某",
        )
        for n in range(count)
    )
    person = world.people["安若水"]
    Target.objects.bulk_create(
        Target(order=row, role="lead", kind="person", person=person, name=person.name) for row in rows
    )
    for n, row in enumerate(rows):
        row.ended_at, row.ended_by_name = now - timedelta(hours=count - n), "某"
        row.state, row.reason = "cancelled", "试验"
    Order.objects.bulk_update(rows, ["ended_at", "ended_by_name", "state", "reason"])
    return rows


def titles(client: Client, **params: str | int) -> list[str]:
    page = client.get("/orders/", params).context["page"]
    return [one.title for one in page.object_list]


@pytest.mark.parametrize("show", ["closed", "all"])
def test_the_newest_come_first_on_every_page_up_to_the_cap(world: SmallZone, duty: Client, show: str) -> None:
    rows = closed(world, CAP + 10)
    newest = [one.title for one in reversed(rows)]
    seen = [title for page in (1, 2, 3) for title in titles(duty, show=show, page=page)]
    assert seen == newest[:CAP]
    # There is no fourth page: the third is the last, and what is further back is found by its words.
    assert titles(duty, show=show, page=4) == newest[100:CAP]
    assert titles(duty, show=show, q=rows[0].title) == [rows[0].title]


@pytest.mark.parametrize(("count", "cut"), [(CAP - 1, False), (CAP, False), (CAP + 1, True)])
def test_the_cap_is_told_only_where_it_cuts(world: SmallZone, duty: Client, count: int, cut: bool) -> None:
    closed(world, count)
    answer = duty.get("/orders/", {"show": "closed"})
    assert answer.context["page"].paginator.count == min(count, CAP)
    assert (SENTENCE in answer.content.decode()) == cut
    assert SENTENCE not in duty.get("/orders/").content.decode()


@pytest.mark.parametrize("count", [1, 3, CAP + 10])
def test_number_of_queries_does_not_grow_with_the_years(
    world: SmallZone, duty: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed(world, count)
    with django_assert_num_queries(13):
        duty.get("/orders/", {"show": "all"})


def test_counting_stops_at_the_cap(world: SmallZone, duty: Client) -> None:
    closed(world, CAP + 10)
    with CaptureQueriesContext(connection) as seen:
        duty.get("/orders/", {"show": "closed"})
    counted = [one["sql"] for one in seen.captured_queries if f"LIMIT {CAP + 1}" in one["sql"]]
    assert len(counted) == 1
    assert "COUNT(" not in counted[0]
