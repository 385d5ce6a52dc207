"""值班台: both postures, the live fragment, the log, and who is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.timezone import localtime
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, LogLine, Task
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.foundation.access.roles import Role
from pingzhan.pages.console import freshness
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn, seat_of

AT_THE_DESK = {Role.DUTY_OFFICER, Role.LEADER}
GETS = ["/duty/", "/duty/fragment/", "/duty/group/testing/", "/duty/post/leading.head/"]


def shown_version(answer: Any) -> str:
    found = re.search(r"fragment/\?zone=\d+&amp;v=([0-9a-f]{16})\"", answer.content.decode())
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", GETS)
def test_who_sees_the_desk(emergency: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in AT_THE_DESK else 403)


@pytest.mark.parametrize("address", GETS)
def test_visitor_is_sent_to_sign_in(client: Client, db: None, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"


@pytest.mark.parametrize("role", list(Role))
def test_who_writes_the_log(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    answer = sign_in(role).post("/duty/log/", {"text": "来电"}, headers=HTMX)
    assert answer.status_code == (200 if role in AT_THE_DESK else 403)
    assert LogLine.objects.count() == (1 if role in AT_THE_DESK else 0)


def test_grant_for_another_zone_shows_nothing(world: SmallZone, sign_in: SignIn) -> None:
    assert sign_in(Role.DUTY_OFFICER, path="/999999/").get("/duty/").status_code == 404


def test_routine_shows_readiness_and_rehearsal(world: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(Role.DUTY_OFFICER).get("/duty/").content.decode()
    shown = [words in text for words in ("带班领导", "安若水", "就绪问题", "预演", "能转")]
    assert shown == [True] * 5
    assert "T+" not in text
    assert "17 名干部的联系方式超过 90 天未核实" in text


def test_emergency_shows_who_commands_and_who_is_waited_for(emergency: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.DUTY_OFFICER).get("/duty/")
    board = answer.context["board"]
    text = answer.content.decode()
    assert [(cell.role, cell.name) for cell in board.command[:2]] == [
        ("代行指挥", "白景行"),
        ("下一顺位", "安若水"),
    ]
    assert board.waiting == 17
    assert (board.totals.needed, board.totals.filled, board.totals.confirmed) == (17, 17, 0)
    assert [mark.hours for mark in board.marks] == [2, 4, 5, 24]
    assert [words in text for words in ("电话已通知", "换人", "催", "T+", "无岗位")] == [True] * 5


def test_principal_commands_once_he_confirms(emergency: SmallZone, sign_in: SignIn) -> None:
    command.acknowledge_by_phone(seat_id=seat_of(emergency, "安若水").pk, by=emergency.root)
    board = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"]
    assert (board.command[0].role, board.command[0].name) == ("指挥人", "安若水")


def test_absent_holder_without_substitute_is_a_gap(emergency: SmallZone, sign_in: SignIn) -> None:
    now = timezone.now()
    organisation.register_absence(
        person=emergency.people["葛明达"],
        kind=AbsenceKind.ILL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(days=1),
        basis="",
        by=emergency.root,
    )
    command.reconcile_zone(zone=emergency.zone, cause="试验", by=emergency.root)
    board = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"]
    row = next(one for one in board.groups if one.code == "testing")
    assert (row.needed, row.filled, row.tone) == (2, 1, "bad")
    kinds = {group.kind: group for group in board.gaps}
    assert kinds["post_empty"].items[0].link == "/duty/post/testing.head/"


def test_overdue_task_is_named_with_its_group(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    Task.objects.filter(owner_seat=seat).update(due_at=timezone.now() - timedelta(minutes=3))
    board = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"]
    first = board.tasks[0]
    assert (first.name, first.items[0].word, first.items[0].person) == ("核酸检测组", "超时", "葛明达")


def test_fragment_is_204_until_something_changes(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    version = shown_version(client.get("/duty/"))
    address = f"/duty/fragment/?zone={emergency.zone.pk}&v={version}"
    assert client.get(address, headers=HTMX).status_code == 204
    command.acknowledge_by_phone(seat_id=seat_of(emergency, "葛明达").pk, by=emergency.root)
    answer = client.get(address, headers=HTMX)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.startswith('<div id="board"')
    assert version not in text


@pytest.mark.parametrize("confirmed", [0, 3])
def test_query_count_in_emergency(
    emergency: SmallZone, sign_in: SignIn, confirmed: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("葛明达", "何以宁", "简而清")[:confirmed]:
        command.acknowledge_by_phone(seat_id=seat_of(emergency, name).pk, by=emergency.root)
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/duty/")
    with django_assert_num_queries(36):
        client.get("/duty/fragment/")


@pytest.mark.parametrize("lines", [1, 3])
def test_query_count_in_routine(
    world: SmallZone, sign_in: SignIn, lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(lines):
        command.write_log(zone=world.zone, text=f"第{n}条", by=world.root)
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/duty/")
    with django_assert_num_queries(39):
        client.get("/duty/fragment/")


def test_unchanged_desk_is_cheap(
    emergency: SmallZone, sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    address = f"/duty/fragment/?zone={emergency.zone.pk}&v={shown_version(client.get('/duty/'))}"
    with django_assert_num_queries(9):
        assert client.get(address, headers=HTMX).status_code == 204


def test_desk_ages_by_the_minute(
    emergency: SmallZone, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    address = f"/duty/fragment/?zone={emergency.zone.pk}&v={shown_version(client.get('/duty/'))}"
    monkeypatch.setattr(freshness, "now_minute", lambda: 2)
    assert client.get(address, headers=HTMX).status_code == 200


def test_log_keeps_what_was_refused(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    long = "长" * 501
    answer = client.post("/duty/log/", {"text": long}, headers=HTMX)
    assert answer.status_code == 422
    assert long in answer.content.decode()
    assert client.post("/duty/log/", {"text": "  "}, headers=HTMX).status_code == 422


def test_log_line_appears_at_once(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.post("/duty/log/", {"text": "县指挥部来电询问"}, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "board-changed"
    assert "县指挥部来电询问" not in answer.content.decode()
    assert "县指挥部来电询问" in client.get("/duty/fragment/").content.decode()


def test_case_27_a_line_from_paper_keeps_the_time_on_the_paper(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    wrote = localtime() - timedelta(days=1)
    typed = {"text": "断网时电话通知二组", "paper_at": f"{wrote:%Y-%m-%dT%H:%M}"}
    assert client.post("/duty/log/", typed, headers=HTMX).status_code == 200
    line = LogLine.objects.get()
    assert line.paper_at is not None
    assert localtime(line.happened).replace(tzinfo=None) == wrote.replace(
        second=0, microsecond=0, tzinfo=None
    )
    assert "补录" in client.get("/duty/fragment/").content.decode()
    for moment, wanted in (
        (f"{localtime() + timedelta(hours=1):%Y-%m-%dT%H:%M}", "不能晚于现在"),
        (f"{localtime() - timedelta(days=40):%Y-%m-%dT%H:%M}", "30"),
        ("昨天", "时间不对"),
        ("0001-01-01T00:00", "30"),
    ):
        answer = client.post("/duty/log/", typed | {"paper_at": moment}, headers=HTMX)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert wanted in page
        assert typed["text"] in page
        assert moment in page
    assert LogLine.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        LogLine.objects.create(
            zone=world.zone, text="明天的", by_name="某", paper_at=localtime() + timedelta(days=1)
        )


def test_zone_without_structure_says_what_to_do(db: None, sign_in: SignIn) -> None:
    from pingzhan.domain.territory import api as territory
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.foundation.access.actor import system_actor

    territory.create_unit(kind=UnitKind.ZONE, code="N", name="新开发区", parent=None, by=system_actor("测试"))
    text = sign_in(Role.DUTY_OFFICER).get("/duty/").content.decode()
    assert "还没有已发布的组织架构" in text
    assert Activation.objects.count() == 0
