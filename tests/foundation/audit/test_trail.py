from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.audit import (
    TrailFilter,
    record,
    register_verb,
    sentence,
    title_of,
    trail,
    verb_choices,
)

DUTY = Actor(kind="user", user_id=7, person_id=None, name="甲")


def verbs(**only: Any) -> list[str]:
    return [line.verb for line in trail(paths=["/"], only=TrailFilter(**only))]


@pytest.fixture
def four(db: None) -> None:
    record("t.zone", by=DUTY, unit_path="/")
    record("t.area", by=DUTY, unit_path="/1/3/", subject=("seat", 5))
    record("t.other", by=system_actor("巡检"), unit_path="/1/31/")
    record("t.drill", by=DUTY, unit_path="/1/3/8/", world=2)


@pytest.mark.usefixtures("four")
def test_filters() -> None:
    today = timezone.localdate()
    assert verbs() == ["t.drill", "t.other", "t.area", "t.zone"]
    assert verbs(verb="t.area") == ["t.area"]
    assert verbs(actor="巡") == ["t.other"]
    assert verbs(unit_path="/1/3/") == ["t.drill", "t.area"]
    assert verbs(world=0) == ["t.other", "t.area", "t.zone"]
    assert verbs(subject_kind="seat", subject_id="5") == ["t.area"]
    assert len(verbs(start=today, end=today)) == 4
    assert verbs(start=today + timedelta(days=1)) == []
    assert verbs(end=today - timedelta(days=1)) == []
    assert len(verbs(start=today - timedelta(days=3), end=today + timedelta(days=3))) == 4
    assert verbs(reads=True) == []


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("grants", "seen"),
    [
        (((Role.AUDITOR, "/"),), 4),
        (((Role.DUTY_OFFICER, "/1/3/"),), 2),
        (((Role.DUTY_OFFICER, "/1/3/"), (Role.LEADER, "/1/31/")), 3),
        ((), 0),
        (((Role.SYSTEM_ADMIN, "/"), (Role.OFFICIAL, "/")), 0),
    ],
)
def test_only_records_of_covered_units_are_shown(grants: tuple[tuple[Role, str], ...], seen: int) -> None:
    actor = Actor("user", 1, None, "乙", grants)
    assert trail(paths=actor.paths(Permission.VIEW_AUDIT)).count() == seen


@pytest.mark.django_db
def test_a_record_is_told_as_a_sentence() -> None:
    register_verb("t.order", gettext_lazy("{actor} 下达第 {epoch} 号命令，岗位 {seats} 个，未到 {gone}"))
    line = record("t.order", by=DUTY, body={"epoch": 3, "seats": 54})
    with translation.override("zh-hans"):
        assert sentence(line) == "甲 下达第 3 号命令，岗位 54 个，未到 —"
        assert sentence(record("t.unknown", by=system_actor(""))) == "系统：t.unknown"
        assert ("t.order", title_of("t.order")) in verb_choices()


@pytest.mark.django_db
def test_braces_in_values_are_plain_text() -> None:
    register_verb("t.braces", "{actor}: {text}")
    line = record("t.braces", by=DUTY, body={"text": "{actor.__class__}"})
    assert sentence(line) == "甲: {actor.__class__}"  # zhpunct: off


@pytest.mark.django_db
def test_who_looked_at_personal_data_is_listed_by_itself() -> None:
    register_verb("t.looked", gettext_lazy("{actor}"), reads=True)
    record("t.looked", by=DUTY)
    record("t.changed", by=DUTY)
    assert verbs(reads=True) == ["t.looked"]
