"""我的任务: my posts, my tasks, nobody else's; confirm in two taps, decline, report, finish."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Seat, Task
from pingzhan.domain.drills.models import Drill
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn, seat_of

HAS_TASKS = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER, Role.OFFICIAL, Role.COMPANY, Role.CLERK}


@pytest.fixture
def holder(emergency: SmallZone, sign_in: SignIn) -> Client:
    """葛明达, head of 核酸检测组, signed in."""
    return sign_in(emergency.person_account("葛明达"))


def task_of(zone: SmallZone, name: str, **more: Any) -> Task:
    return Task.objects.filter(owner_seat=seat_of(zone, name), **more).order_by("pk")[0]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/tasks/", "/tasks/fragment/"])
def test_who_has_the_page(world: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in HAS_TASKS else 403)


def posts(zone: SmallZone) -> list[tuple[str, dict[str, str]]]:
    seat, task = seat_of(zone, "葛明达").pk, task_of(zone, "葛明达").pk
    return [
        (f"/tasks/seat/{seat}/confirm/", {"eta": "0"}),
        (f"/tasks/seat/{seat}/arrive/", {}),
        (f"/tasks/seat/{seat}/decline/", {"reason": "发热"}),
        (f"/tasks/task/{task}/start/", {}),
        (f"/tasks/task/{task}/feedback/", {"note": "在办", "count": "1"}),
        (f"/tasks/task/{task}/close/", {"note": "办好", "count": "1"}),
    ]


@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize(
    "role", [*(role for role in Role if role not in HAS_TASKS), Role.OFFICIAL, Role.COMPANY]
)
def test_nobody_acts_for_another(emergency: SmallZone, sign_in: SignIn, role: Role, n: int) -> None:
    address, data = posts(emergency)[n]
    seat, task = seat_of(emergency, "葛明达"), task_of(emergency, "葛明达")
    answer = sign_in(role).post(address, data, headers=HTMX)
    assert answer.status_code in (403, 404)
    seat.refresh_from_db()
    after = Task.objects.get(pk=task.pk)
    assert (seat.ack_state, after.state, after.feedback) == ("given", "open", "")


def test_duty_officer_does_not_confirm_in_anothers_name(emergency: SmallZone, sign_in: SignIn) -> None:
    address, data = posts(emergency)[0]
    answer = sign_in(Role.DUTY_OFFICER).post(address, data, headers=HTMX)
    assert answer.status_code == 403
    assert "不能代他人签收" in answer.content.decode()


def test_opening_marks_seen_and_never_confirms(emergency: SmallZone, holder: Client) -> None:
    text = holder.get("/tasks/").content.decode()
    seat = seat_of(emergency, "葛明达")
    assert (seat.ack_state, seat.acked_at) == ("seen", None)
    assert ("核酸检测组组长" in text, "确认到岗" in text, "\u2161级" in text) == (True, True, True)


@pytest.mark.parametrize(("eta", "state"), [("0", "arrived"), ("15", "acked"), ("60", "acked")])
def test_confirm_by_one_button(emergency: SmallZone, holder: Client, eta: str, state: str) -> None:
    seat = seat_of(emergency, "葛明达")
    answer = holder.post(f"/tasks/seat/{seat.pk}/confirm/", {"eta": eta}, headers=HTMX)
    assert answer.content.decode().startswith('<div id="mine"')
    seat.refresh_from_db()
    assert (seat.ack_state, seat.ack_via) == (state, "button")


def test_unknown_eta_is_refused(emergency: SmallZone, holder: Client) -> None:
    seat = seat_of(emergency, "葛明达")
    assert holder.post(f"/tasks/seat/{seat.pk}/confirm/", {"eta": "7"}, headers=HTMX).status_code == 422


def test_confirm_then_arrive(emergency: SmallZone, holder: Client) -> None:
    seat = seat_of(emergency, "葛明达")
    text = holder.post(f"/tasks/seat/{seat.pk}/confirm/", {"eta": "30"}, headers=HTMX).content.decode()
    assert "我已到岗" in text
    holder.post(f"/tasks/seat/{seat.pk}/arrive/", headers=HTMX)
    seat.refresh_from_db()
    assert seat.ack_state == "arrived"


def test_decline_needs_a_reason_and_frees_the_chair(emergency: SmallZone, holder: Client) -> None:
    seat = seat_of(emergency, "葛明达")
    address = f"/tasks/seat/{seat.pk}/decline/"
    refused = holder.post(address, {"reason": " "}, headers=HTMX)
    assert (refused.status_code, "请写明不能到岗的原因" in refused.content.decode()) == (422, True)
    done = holder.post(address, {"reason": "发热居家"}, headers=HTMX)
    assert done.headers["HX-Trigger"] == "board-changed"
    seat.refresh_from_db()
    assert (seat.ack_state, seat.decline_reason) == ("declined", "发热居家")


def test_declined_head_is_replaced_by_the_deputy_at_once(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(emergency.person_account("安若水"))
    seat = seat_of(emergency, "安若水")
    client.post(f"/tasks/seat/{seat.pk}/decline/", {"reason": "出差"}, headers=HTMX)
    assert Seat.objects.get(post_code="leading.head", closed_at=None).person.name == "白景行"


def test_start_report_finish(emergency: SmallZone, holder: Client) -> None:
    task = task_of(emergency, "葛明达", evidence="text")
    holder.post(f"/tasks/task/{task.pk}/start/", headers=HTMX)
    task.refresh_from_db()
    assert task.state == "doing"
    empty = holder.post(f"/tasks/task/{task.pk}/close/", {"note": ""}, headers=HTMX)
    assert (empty.status_code, "请写一句办理情况" in empty.content.decode()) == (422, True)
    holder.post(f"/tasks/task/{task.pk}/feedback/", {"note": "已联系三家"}, headers=HTMX)
    task.refresh_from_db()
    assert (task.state, task.feedback) == ("feedback", "已联系三家")
    holder.post(f"/tasks/task/{task.pk}/close/", {"note": ""}, headers=HTMX)
    task.refresh_from_db()
    assert task.state == "closed"
    assert "已办结" in holder.get("/tasks/").content.decode()


def test_count_task_takes_zero(emergency: SmallZone, holder: Client) -> None:
    task = task_of(emergency, "葛明达")
    Task.objects.filter(pk=task.pk).update(evidence="count")
    missing = holder.post(f"/tasks/task/{task.pk}/close/", {"count": ""}, headers=HTMX)
    assert (missing.status_code, "没有就填 0" in missing.content.decode()) == (422, True)
    holder.post(f"/tasks/task/{task.pk}/close/", {"count": "0"}, headers=HTMX)
    task.refresh_from_db()
    assert (task.state, task.feedback) == ("closed", "0")


def test_parked_routine_tasks_are_folded(emergency: SmallZone, holder: Client) -> None:
    context = holder.get("/tasks/").context
    parked = [task.title for task in context["parked"]]
    assert len(parked) == Task.objects.filter(state="parked", owner_seat__person__name="葛明达").count() > 0


def test_somebody_without_post_is_in_the_pool_with_a_task(emergency: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(emergency.person_account("桑晓风")).get("/tasks/").content.decode()
    assert ("机动" in text, "报到" in text) == (True, True)


def test_account_without_person_says_what_to_do(world: SmallZone, sign_in: SignIn) -> None:
    assert "还没有关联到人员" in sign_in(Role.OFFICIAL).get("/tasks/").content.decode()


def test_fragment_is_204_until_something_changes(emergency: SmallZone, holder: Client) -> None:
    text = holder.get("/tasks/").content.decode()
    found = re.search(r"/tasks/fragment/\?v=([0-9a-f]{16})", text)
    assert found is not None
    address = f"/tasks/fragment/?v={found.group(1)}"
    assert holder.get(address, headers=HTMX).status_code == 204
    command.arrive(seat_id=seat_of(emergency, "葛明达").pk, by=emergency.root)
    assert holder.get(address, headers=HTMX).status_code == 200


@pytest.mark.parametrize("tasks", [1, 3])
def test_query_count(
    emergency: SmallZone, holder: Client, tasks: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    seat = seat_of(emergency, "葛明达")
    keep = list(Task.objects.filter(owner_seat=seat).order_by("pk").values_list("pk", flat=True)[:tasks])
    assert len(keep) == tasks
    Task.objects.filter(owner_seat=seat).exclude(pk__in=keep).delete()
    holder.get("/tasks/")
    with django_assert_num_queries(21):
        holder.get("/tasks/fragment/")


def test_a_drill_stands_beside_the_real_posts_with_its_mark(emergency: SmallZone, holder: Client) -> None:
    command.order_switch(
        order=command.SwitchOrder(
            key="drill", unit=emergency.zone, level=3, reason="演练", basis="方案", world=41
        ),
        by=emergency.root,
    )
    activation = Activation.objects.get(key="drill")
    Drill.objects.create(
        world=41,
        zone=emergency.zone,
        unit=emergency.zone,
        title="演练",
        level=3,
        scenario="背景",
        made_by_name="某",
        state="running",
        started_at=activation.at,
        activation=activation,
    )
    page = holder.get("/tasks/").content.decode()
    assert page.count("mypost-name") == 2
    assert "status status-drill" in page
    own = Seat.objects.get(world=41, person=emergency.people["葛明达"])
    assert own.seen_at is not None
    assert f"/tasks/seat/{own.pk}/confirm/" in page
    real = Seat.objects.get(world=0, person=emergency.people["葛明达"], closed_at=None)
    assert f"/tasks/seat/{real.pk}/confirm/" in page
