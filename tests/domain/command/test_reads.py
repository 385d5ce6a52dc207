"""Reads: a fixed number of queries, posture, readiness, notices, and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import RequestFactory

from pingzhan.config.cli import cli
from pingzhan.domain.command import api, band, notices
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.actions.common import recompute
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.conftest import order
from tests.factories import SmallZone, account

Count = Callable[..., Any]


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    api.order_switch(order=order(park), by=duty)
    return park


def board(park: SmallZone) -> None:
    api.band_data(park.zone)
    api.in_force(park.zone)
    api.group_counts(park.zone)
    list(api.waiting_seats(park.zone))
    api.gap_lines(api.open_gaps(park.zone))
    api.task_counts(park.zone)
    list(api.pressing_tasks(park.zone))
    api.leads(park.zone)


def test_board_takes_the_same_queries_whatever_its_size(
    live: SmallZone, duty: Actor, django_assert_num_queries: Count
) -> None:
    with django_assert_num_queries(16):
        board(live)
    for n in range(3):
        unit = territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"X{n}", name=f"又{n}厂", parent=live.zone, by=live.root
        )
        api.order_switch(order=order(live, key=f"x{n}", unit=unit, level=1), by=duty)
    with django_assert_num_queries(16):
        board(live)


def test_one_persons_work_takes_four_queries(live: SmallZone, django_assert_num_queries: Count) -> None:
    for seat in Seat.objects.filter(post_code__in=["medical.head", "coordination.head"], closed_at=None):
        with django_assert_num_queries(4):
            list(api.seats_of_person(seat.person_id))
            list(api.tasks_of_person(seat.person_id))
            list(api.parked_of_person(seat.person_id))
            list(api.done_of_person(seat.person_id))


def test_posture_is_one_query(live: SmallZone, django_assert_num_queries: Count) -> None:
    with django_assert_num_queries(1):
        found = api.posture_of([live.zone.pk, live.firms[0].pk])
    assert {one.level for one in found.values()} == {2}
    assert api.posture_of([]) == {}


def test_routine_posture(park: SmallZone) -> None:
    assert api.posture_of([park.zone.pk])[park.zone.pk].posture == "routine"
    assert api.posture_name(None) == "平时"
    assert api.posture_name(2) == "战时\u2161级"


def test_band_of_a_request(live: SmallZone) -> None:
    shown = band.band(RequestFactory().get("/"))
    assert (shown["posture"], shown["level"], shown["unit_name"]) == ("emergency", 2, live.zone.name)


def test_readiness_writes_nothing(park: SmallZone) -> None:
    draft = organisation.clone_version(version=park.version, by=park.root)
    draft.posts.filter(code="medical.head").update(critical=True)
    recompute(draft)
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    before = Seat.objects.count()
    found = api.readiness(park.zone)
    assert found is not None
    assert [one.level for one in found.levels] == [1, 2, 3, 4]
    assert {"critical_without_substitute", "person_without_post"} <= set(found.kinds)
    assert found.levels[0].critical >= 1
    assert found.count("critical") >= 1
    assert all(one.sentence and one.label for one in found.findings)
    assert Seat.objects.count() == before


def test_words_of_order_notices(live: SmallZone, django_assert_num_queries: Count) -> None:
    mine = list(Notice.objects.filter(kind="order"))
    with django_assert_num_queries(4):  # seats, tasks, front-line places, the moment of the links
        rendered = notices.render_seats(mine)
    assert set(rendered) == {notice.pk for notice in mine}
    assert all("请签收" in one.title and one.link.startswith("/a/") for one in rendered.values())


def run(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, list(words))
    data: dict[str, Any] = json.loads(result.output)
    return data


def test_command_line(park: SmallZone) -> None:
    user = account(Role.DUTY_OFFICER)
    where = ["--unit", park.zone.code, "--by", user.username, "--json"]
    shown = run("switch", "preview", "--level", "II", *where)
    ordered = run(
        "switch",
        "order",
        *("--level", "II", "--reason", "试", "--basis", "文1", "--key", "c1"),
        *("--preview-sha", shown["preview_sha"], "--expect-epoch", str(shown["expect_epoch"])),
        *where,
    )
    assert (ordered["level"], ordered["replayed"], ordered["epoch"]) == (2, False, 1)
    assert ordered["counts"]["opened"] == len(shown["opened"])
    again = run(
        "switch", "order", *("--level", "II", "--reason", "试", "--basis", "文1", "--key", "c1"), *where
    )
    assert again["replayed"]
    ended = run("switch", "stand-down", *("--reason", "完", "--key", "c2"), *where)
    assert (ended["level"], ended["epoch"]) == (None, 2)
    checked = run("invariants", "--json")
    assert checked["ok"]
    assert [one["id"] for one in checked["invariants"]] == [f"I{n}" for n in range(1, 17)]


def test_command_line_for_a_chosen_list(park: SmallZone, tmp_path: Path) -> None:
    user = account(Role.DUTY_OFFICER)
    listed = tmp_path / "units.txt"
    listed.write_text("".join(f"{firm.code}\n" for firm in park.firms), encoding="utf-8")
    several = ["--units-file", str(listed), "--unit", park.firms[0].code, "--by", user.username]
    words = ["--level", "III", "--reason", "试", "--basis", "文1", "--key", "s1"]
    shown = run("switch", "preview", "--level", "III", *several, "--json")
    assert (shown["units"], shown["already"]) == ([firm.name for firm in park.firms], [])
    done = run("switch", "order", *words, *several, "--preview-sha", shown["preview_sha"], "--json")
    assert (len(done["activations"]), done["replayed"]) == (2, False)
    assert run("switch", "order", *words, *several, "--json")["replayed"]
    over = ["switch", "stand-down", "--reason", "完", "--key", "s2", *several]
    wrong = CliRunner().invoke(cli, [*over, "--expect-epoch", "1"])
    assert "多个单位不能只写一个次数" in str(wrong.output) + str(wrong.exception)
    text = CliRunner().invoke(cli, over).output
    assert "2 个单位已执行" in text
    assert "已经执行过" in CliRunner().invoke(cli, over).output
    none = CliRunner().invoke(cli, ["switch", "order", *words, "--by", user.username])
    assert "没有写单位代码" in str(none.output) + str(none.exception)
