"""Responsible officials from a spreadsheet, and out again the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pingzhan.domain.frontline.models import Adoption
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.exports.listing import lines, listing_for
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import import_of
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import NotFound
from tests.domain.frontline.conftest import held
from tests.factories import SmallZone, actor_with
from tests.foundation.imports.files import send, store, xlsx

KEY = "frontline.responsible"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def sheet(*rows: list[Any]) -> bytes:
    return xlsx([[str(one.title) for one in import_of(KEY).columns], *rows])


def sent(by: Actor, *rows: list[Any]) -> ImportJob:
    return send(by, sheet(*rows), name="t.xlsx", key=KEY, scope="TZ")


def told(job: ImportJob) -> tuple[int, int, int, int]:
    return job.found_new, job.found_changed, job.found_same, job.found_refused


def test_in_and_out_again(park: SmallZone, duty: Actor) -> None:
    job = sent(
        duty,
        ["F1", "", 0, "梅映雪", ""],
        ["F1", "", 1, "谈云起", ""],
        ["F2", "", "", "潘怀远", ""],
        ["F3", "", 0, "任知秋", ""],
    )
    assert told(job) == (2, 1, 1, 0)
    store(duty, job)
    assert [held(unit) for unit in park.firms] == [
        {0: "梅映雪", 1: "谈云起"},
        {0: "潘怀远"},
        {0: "任知秋"},
    ]
    assert Adoption.objects.count() == 1
    assert Notice.objects.filter(kind="front_adoption").count() == 4
    listing = listing_for(duty, KEY)
    out = [list(row) for row in lines(listing, listing.queryset(duty, {}), whole=False)]
    assert [row[0] for row in out] == ["F1", "F1", "F2", "F3"]
    same = [["" if cell is None else cell for cell in row] for row in out]
    assert told(sent(duty, *same)) == (0, 0, 4, 0)


def test_each_refused_row_says_why(park: SmallZone, duty: Actor) -> None:
    Person.objects.create(name="桑晓风", sort_key="99", home_unit=park.zone, active=True)
    Person.objects.filter(pk=park.people["任知秋"].pk).update(home_unit=park.firms[2])
    job = sent(
        duty,
        ["F9", "", 0, "梅映雪", ""],
        ["F3", "", 0, "无此人", ""],
        ["F3", "", 1, "桑晓风", ""],
        ["F3", "", 2, "任知秋", ""],
        ["F2", "", 1, "倪清和", ""],
        ["F2", "", 0, "倪清和", ""],
    )
    assert told(job) == (1, 0, 0, 5)
    assert held(park.firms[2]) == {}


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.ASSIGN_OFFICIALS)])
def test_who_may_not_import(park: SmallZone, role: Role) -> None:
    with pytest.raises(NotFound):
        sent(actor_with(role), ["F3", "", 0, "任知秋", ""])


@pytest.mark.parametrize(
    "role",
    [
        one
        for one in Role
        if one not in {*roles_with(Permission.ASSIGN_OFFICIALS), *roles_with(Permission.VIEW_CONSOLE)}
    ],
)
def test_who_may_not_export(park: SmallZone, role: Role) -> None:
    for key in (KEY, "frontline.officials", "frontline.places"):
        with pytest.raises(NotFound):
            listing_for(actor_with(role), key)
