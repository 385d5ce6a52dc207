"""Several at once, and killed in the middle: real connections, real processes, real PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, connections

from pingzhan.domain.command import api, dutyset
from pingzhan.domain.command.actions import scope, switch
from pingzhan.domain.command.models import (
    Activation,
    Broadcast,
    CommandTenure,
    DutyVersion,
    Gap,
    ScopeState,
    Seat,
    SeatCause,
    Task,
)
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Holding
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, DomainError
from tests.domain.command.conftest import offending, order
from tests.domain.command.driver import KILL_POINTS
from tests.factories import SmallZone, account, actor_with, small_zone

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def quay(transactional_db: None) -> SmallZone:
    """The small zone, committed, so that other connections see it; routine seats are open."""
    park = small_zone()
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return park


def address() -> str:
    """The address of this test's database, for another process."""
    values = connection.settings_dict
    host = values["HOST"] or ""
    where = f"?host={quote(host, safe='')}" if host.startswith("/") else ""
    place = "" if where else host
    port = f":{values['PORT']}" if values["PORT"] and not where else ""
    tail = f"{where}&port={values['PORT']}" if where and values["PORT"] else where
    return f"postgresql://{values['USER']}@{place}{port}/{values['NAME']}{tail}"


def environment() -> dict[str, str]:
    """The environment of another process that works on this test's database."""
    return {
        **os.environ,
        "PINGZHAN_DATABASE_URL": address(),
        "DJANGO_SETTINGS_MODULE": "pingzhan.config.settings",
    }


def start(**options: Any) -> subprocess.Popen[str]:
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.domain.command.driver", *words],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    data: dict[str, Any] = json.loads(out)
    return data


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at once, each on a connection of its own; an error a person may see is a result."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def rows() -> dict[str, int]:
    """How many rows each table of a switch has."""
    models = (
        Activation,
        ScopeState,
        Seat,
        SeatCause,
        Task,
        Gap,
        Broadcast,
        CommandTenure,
        Notice,
        AuditRecord,
    )
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.concurrency
def test_case_04_six_orders_at_once_one_commits_and_five_hear_who_won(quay: SmallZone) -> None:
    actors = [actor_with(Role.DUTY_OFFICER, name=f"值班{n}") for n in range(6)]
    results = together(
        *(
            partial(
                api.order_switch,
                order=order(quay, key=f"c{n}", level=1 + n % 4, expect_epoch=0),
                by=actors[n],
            )
            for n in range(6)
        )
    )
    won = [result for result in results if isinstance(result, api.Outcome)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 5)
    winner = Activation.objects.get()
    assert all(winner.ordered_by_name in error.message for error in lost)
    assert offending() == {}


@pytest.mark.concurrency
def test_case_05_same_key_from_five_processes_is_one_order(quay: SmallZone) -> None:
    user = account(Role.DUTY_OFFICER)
    processes = [
        start(unit=quay.zone.code, key="five", level=2, user=user.username, epoch=0) for _n in range(5)
    ]
    answers = [answer(process) for process in processes]
    assert len({one["id"] for one in answers}) == 1
    assert sorted(one["replayed"] for one in answers) == [False, True, True, True, True]
    assert Activation.objects.count() == 1
    assert offending() == {}


@pytest.mark.concurrency
def test_case_06_zone_and_enterprise_at_once_are_both_in_force(quay: SmallZone) -> None:
    one, other = actor_with(Role.DUTY_OFFICER), actor_with(Role.LEADER)
    for turn in range(3):
        results = together(
            partial(api.order_switch, order=order(quay, key=f"z{turn}", level=2 + turn % 2), by=one),
            partial(
                api.order_switch,
                order=order(quay, key=f"f{turn}", level=1 + turn, unit=quay.firms[0]),
                by=other,
            ),
        )
        assert all(isinstance(result, api.Outcome) for result in results), results
    assert Activation.objects.filter(ended_at=None).count() == 2
    assert offending() == {}


@pytest.mark.concurrency
def test_case_06_zone_and_enterprise_from_two_processes(quay: SmallZone) -> None:
    user = account(Role.DUTY_OFFICER)
    firm = quay.firms[0]
    processes = [
        start(unit=quay.zone.code, key="zone", level=3, user=user.username, epoch=0),
        start(unit=firm.code, key="firm", level=1, user=user.username, epoch=0),
    ]
    assert [answer(process)["replayed"] for process in processes] == [False, False]
    posture = api.posture_of([quay.zone.pk, firm.pk, quay.firms[1].pk])
    assert [posture[unit.pk].level for unit in (quay.zone, firm, quay.firms[1])] == [3, 1, 3]
    assert offending() == {}


@pytest.mark.concurrency
def test_case_07_structure_published_during_a_switch_leaves_one_version(quay: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER)
    draft = organisation.clone_version(version=quay.version, by=quay.root)
    Holding.objects.filter(post__version=draft, post__code="medical.head").update(
        person=quay.people["桑晓风"]
    )
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=quay.root)
    results = together(
        partial(api.order_switch, order=order(quay), by=duty),
        partial(organisation.publish, version=draft, by=quay.root),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    one = Activation.objects.get()
    versions = set(Seat.objects.filter(posture="emergency").values_list("post__version", flat=True))
    assert versions - {None} == {one.structure_version_id}
    assert offending() == {}


@pytest.mark.concurrency
def test_case_07_what_is_published_in_the_middle_of_a_switch_is_not_in_it(
    quay: SmallZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A structure and a list of duties come into force, committed, between the freezing and the seats."""
    draft = organisation.clone_version(version=quay.version, by=quay.root)
    Holding.objects.filter(post__version=draft, post__code="medical.head").update(
        person=quay.people["桑晓风"]
    )
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=quay.root)
    frozen = scope.open_activation

    def publish_all() -> int:
        with connection.cursor() as cursor:
            # What hears of the publishing waits for the switch, as it should: not here.
            cursor.execute("SET lock_timeout = '1s'")
        organisation.publish(version=draft, by=quay.root)
        old = DutyVersion.objects.get(structure_version=quay.version, status="published")
        DutyVersion.objects.filter(pk=old.pk).update(status="retired")
        new = DutyVersion.objects.create(
            zone=old.zone, structure_version=quay.version, n=old.n + 1, sha256=dutyset.duty_sha([])
        )
        return int(new.pk)

    made: list[int] = []

    def open_and_publish(*args: Any, **kwargs: Any) -> Activation:
        activation = frozen(*args, **kwargs)
        made.extend(together(publish_all))
        return activation

    monkeypatch.setattr(switch, "open_activation", open_and_publish)
    api.order_switch(order=order(quay), by=actor_with(Role.DUTY_OFFICER))
    assert len(made) == 1
    assert organisation.published_version(quay.zone.pk) == draft
    one = Activation.objects.get()
    assert one.structure_version_id == quay.version.pk
    assert one.duty_version_id not in made
    seats = Seat.objects.filter(posture="emergency", post__isnull=False)
    assert set(seats.values_list("post__version", flat=True)) == {quay.version.pk}
    assert set(seats.values_list("duty_version", flat=True)) == {one.duty_version_id}
    assert seats.get(post_code="medical.head").person != quay.people["桑晓风"]
    tasks = Task.objects.filter(seat__in=seats, duty__isnull=False)
    assert set(tasks.values_list("duty__version", flat=True)) == {one.duty_version_id}
    assert offending() == {}


@pytest.mark.concurrency
def test_confirmations_while_the_level_changes(quay: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER)
    api.order_switch(order=order(quay, level=3), by=duty)
    seats = list(Seat.objects.filter(closed_at=None).values_list("id", flat=True))
    results = together(
        lambda: api.order_switch(order=order(quay, key="k2", level=1), by=duty),
        *(partial(api.acknowledge_by_phone, seat_id=seat, by=duty) for seat in seats[:7]),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert offending() == {}


@pytest.mark.concurrency
def test_confirmation_and_refusal_at_the_same_instant(quay: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER)
    api.order_switch(order=order(quay), by=duty)
    for seat in Seat.objects.filter(closed_at=None, post__role="member")[:4]:
        together(
            partial(api.acknowledge_by_phone, seat_id=seat.pk, by=duty),
            partial(api.decline, seat_id=seat.pk, reason="病", by=duty),
        )
        seat.refresh_from_db()
        assert seat.ack_state == "declined"
        assert seat.closed_at is not None
    assert offending() == {}


@pytest.mark.crash
@pytest.mark.parametrize("point", KILL_POINTS)
def test_case_01_killed_inside_the_switch_nothing_is_left_and_the_same_key_succeeds(
    quay: SmallZone, point: str
) -> None:
    user = account(Role.DUTY_OFFICER)
    before = rows()
    options = {"unit": quay.zone.code, "key": "dead", "level": 2, "user": user.username, "epoch": 0}
    killed = start(**options, kill_after=point)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert rows() == before
    assert offending() == {}
    assert not answer(start(**options))["replayed"]
    assert Activation.objects.filter(ended_at=None).count() == 1
    assert offending() == {}
