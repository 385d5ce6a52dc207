"""The duty sheet by spreadsheet: in, out and in again; wrong cells; who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.premises import api
from pingzhan.domain.premises.models import DutyDay
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import NotFound
from tests.domain.people.crowd import Firm, Park, hire, person
from tests.domain.premises.samples import crew
from tests.domain.premises.sheets import again, out, places, sent, told
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import store

KEY = "premises.duty"
DAY = timedelta(days=1)


def test_in_and_out_again(mill: Firm, forge: Firm, clerk: Actor) -> None:
    hire(mill, person("\u8c37\u4e00\u9e23"), no="n1")
    crew(mill, 3)
    crew(forge, 2)
    today = clock.today()
    api.set_duty(enterprise=mill.unit, lines=[api.DutyLine(today + DAY, "N1", "N2")], by=mill.contact)
    api.set_duty(enterprise=forge.unit, lines=[api.DutyLine(today, "N1", "N2")], by=forge.contact)
    job = sent(
        clerk,
        KEY,
        [
            [today.isoformat(), "n1", "N2"],
            [(today + DAY).isoformat(), "N1", "N3"],
            [(today + 2 * DAY).isoformat(), "N1", "N2"],
        ],
    )
    assert told(job) == (2, 1, 0, 0)
    assert DutyDay.objects.filter(enterprise=mill.unit).count() == 1
    job = store(clerk, job)
    assert (job.stored_new, job.stored_changed, job.refused) == (2, 1, 0)
    found = out(clerk, KEY, whole=False, unit=str(mill.unit.pk))
    assert [line[1:3] for line in found] == [["N1", "N2"], ["N1", "N3"], ["n1", "N2"]]
    assert found[-1][4] == "\u8c37**"
    assert len(out(clerk, KEY)) == 3
    assert again(clerk, KEY) == (0, 0, 3, 0)


def test_what_is_long_past_stays_and_is_no_error(mill: Firm, clerk: Actor) -> None:
    one, two = crew(mill, 2)
    DutyDay.objects.create(enterprise=mill.unit, day=clock.today() - 20 * DAY, leader=one, officer=two)
    assert again(clerk, KEY) == (0, 0, 1, 0)
    job = sent(clerk, KEY, [[(clock.today() - 20 * DAY).isoformat(), "N2", "N1"]])
    assert (told(job), places(job)) == ((0, 0, 0, 1), [(2, "\u65e5\u671f")])


def test_wrong_cells_are_refused_where_they_are(mill: Firm, forge: Firm, clerk: Actor) -> None:
    crew(mill, 2)
    hire(forge, no="F1")
    today = clock.today()
    days = [(today + n * DAY).isoformat() for n in range(6)]
    job = sent(
        clerk,
        KEY,
        [
            [days[0], "N1", "N2"],
            [days[1], "F1", "N2"],
            [days[2], "N1", ""],
            [days[3], "N1", "N1"],
            [(today + 90 * DAY).isoformat(), "N1", "N2"],
            ["31/31", "N1", "N2"],
            [days[0], "N2", "N1"],
        ],
    )
    assert told(job) == (1, 0, 0, 6)
    leader, officer, day = (
        "\u5e26\u73ed\u9886\u5bfc\u5de5\u53f7",
        "\u503c\u73ed\u4eba\u5458\u5de5\u53f7",
        "\u65e5\u671f",
    )
    assert places(job) == [(3, leader), (4, officer), (5, officer), (6, day), (7, day), (8, day)]
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (7, 1, 6)
    assert DutyDay.objects.count() == 1


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
def test_who_may_not_import(park: Park, mill: Firm, role: Role) -> None:
    with pytest.raises(NotFound):
        sent(actor_with(role, path=park.zone.path), KEY, [[clock.today().isoformat(), "N1", "N2"]])


def test_nobody_imports_into_another_enterprise(forge: Firm, clerk: Actor) -> None:
    with pytest.raises(NotFound):
        sent(clerk, KEY, [[clock.today().isoformat(), "N1", "N2"]], scope="P2")
