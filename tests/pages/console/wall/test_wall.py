"""指挥大屏: both postures, one picture for all viewers, what it costs, and who is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.roles import Role
from pingzhan.pages.console.wall import views
from pingzhan.pages.console.wall.content import wall
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn, seat_of

AT_THE_WALL = {Role.DUTY_OFFICER, Role.LEADER}
ADDRESSES = ["/wall/", "/wall/fragment/", "/wall/table/"]


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the picture be made anew whenever something changed, and never because time passed."""
    monkeypatch.setattr(views, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(views, "MOST_SECONDS", 10**9)


def version_of(client: Client) -> str:
    found = re.search(r'data-version="([0-9a-f]{16})"', client.get("/wall/").content.decode())
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ADDRESSES)
def test_who_sees_the_wall(emergency: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in AT_THE_WALL else 403)


@pytest.mark.parametrize("address", ADDRESSES)
def test_visitor_is_sent_to_sign_in(client: Client, db: None, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


def test_grant_for_another_zone_shows_nothing(world: SmallZone, sign_in: SignIn) -> None:
    assert sign_in(Role.DUTY_OFFICER, path="/999999/").get("/wall/").status_code == 404


def test_routine_asks_whether_the_zone_could_switch(world: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(Role.LEADER).get("/wall/").content.decode()
    shown = [words in text for words in ("is-routine", "现在能转", "就绪问题", "72 小时值班缺口")]
    assert shown == [True] * 4
    assert "已启动" not in text


def test_emergency_shows_posts_and_who_commands(emergency: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(Role.LEADER).get("/wall/").content.decode()
    shown = [
        words in text for words in ("is-emergency", "待确认", "命令送出", "代行指挥", "白景行", "报告时限")
    ]
    assert shown == [True] * 6


def test_figures_are_those_of_the_seats(emergency: SmallZone) -> None:
    seat = seat_of(emergency, "安若水")
    command.acknowledge_by_phone(seat_id=seat.pk, by=emergency.root)
    now = wall(emergency.zone)
    filled = Seat.objects.filter(zone=emergency.zone, closed_at=None).count()
    cards = {card.name: card for card in now.cards}
    assert cards["到岗"].figure == f"0 / {filled}"
    assert cards["待确认"].figure == str(filled - 1)
    assert sum(bar.confirmed for bar in now.groups) == 1


def test_no_person_is_named_outside_the_line_of_command(emergency: SmallZone) -> None:
    now = wall(emergency.zone)
    leaders = {line.name for line in [*now.command, *now.duty]}
    names = set(
        Seat.objects.filter(zone=emergency.zone, closed_at=None).values_list("person__name", flat=True)
    )
    shown = repr((now.cards, now.groups, now.plots, now.queue, [(g.label, g.count) for g in now.gaps]))
    assert names - leaders
    assert not [name for name in names if name in shown]


def test_overdue_orders_stand_first_and_colour_the_plot(emergency: SmallZone) -> None:
    firm = emergency.firms[0]
    order = orders.issue_order(
        zone=emergency.zone,
        title="整改二车间通道",
        to=orders.To.enterprise(firm.pk),
        due_at=timezone.now() + timedelta(hours=1),
        by=emergency.root,
    )
    past = timezone.now() - timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # what is fixed is moved, with the order
    Order.objects.filter(pk=order.pk).update(
        issued_at=past - timedelta(hours=1),
        yellow_at=past - timedelta(minutes=5),
        due_at=past,
        first_due_at=past,
    )
    now = wall(emergency.zone)
    assert (now.queue[0].title, now.queue[0].tone, now.queue[0].kind) == ("整改二车间通道", "bad", "督办")
    plot = next(one for one in now.plots if one.word.startswith("督办超期"))
    assert plot.tone == "bad"


def test_unchanged_fragment_is_not_sent_again(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.LEADER)
    version = version_of(client)
    assert client.get(f"/wall/fragment/?v={version}").status_code == 204
    command.acknowledge_by_phone(seat_id=seat_of(emergency, "安若水").pk, by=emergency.root)
    answer = client.get(f"/wall/fragment/?v={version}")
    assert answer.status_code == 200
    assert f'data-version="{version}"' not in answer.content.decode()


def test_within_a_second_the_old_picture_serves_and_says_so(
    emergency: SmallZone, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LEAST_SECONDS", 10**6)
    client = sign_in(Role.LEADER)
    version = version_of(client)
    command.acknowledge_by_phone(seat_id=seat_of(emergency, "安若水").pk, by=emergency.root)
    answer = client.get(f"/wall/fragment/?v={version}")
    assert (answer.status_code, answer.headers.get("X-Wall-Stale")) == (204, "1")


def test_all_viewers_share_one_picture(emergency: SmallZone, sign_in: SignIn) -> None:
    first, second = sign_in(Role.LEADER), sign_in(Role.DUTY_OFFICER)
    first.get("/wall/")
    with CaptureQueriesContext(connection) as seen:
        assert second.get("/wall/fragment/").status_code == 200
    asked = [
        query["sql"] for query in seen if "command_seat" in query["sql"] or "orders_order" in query["sql"]
    ]
    assert asked == []


def test_another_language_has_its_own_picture(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.LEADER)
    chinese = client.get("/wall/fragment/").content.decode()
    client.cookies["django_language"] = "en"
    english = client.get("/wall/fragment/").content.decode()
    assert "现在由谁指挥" in chinese
    assert "现在由谁指挥" not in english
