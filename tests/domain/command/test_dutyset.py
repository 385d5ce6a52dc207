"""The default duty set: complete, well formed, and matched to groups whatever they are called."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import DatabaseError, transaction

from pingzhan.domain.command.actions.duties import ensure_duties, ensure_policy
from pingzhan.domain.command.dutyset import (
    GroupLike,
    compile_duties,
    duty_sha,
    function_of,
    ladder,
    seat_duty_key,
    templates,
)
from pingzhan.domain.command.enums import Evidence, Phase, Posture
from pingzhan.domain.command.models import Duty, DutyVersion, Step
from tests.factories import SmallZone

FUNCTIONS = ("leading", "coordination", "verification", "testing", "inspection", "medical", "response")


def test_every_group_has_duties_in_each_phase() -> None:
    for function in FUNCTIONS:
        phases = {one.phase for one in templates() if one.function == function}
        assert phases == {phase.value for phase in Phase}, function
    roles = {one.role for one in templates() if one.function == "enterprise"}
    assert roles == {"firm_lead", "firm_contact", "firm_team", "firm_officer"}


def test_every_role_has_something_to_do_in_both_postures() -> None:
    for function in FUNCTIONS:
        for role in ("head", "deputy", "member"):
            for posture in Posture.values:
                mine = [
                    one
                    for one in templates()
                    if one.function == function and one.role in ("", role) and one.posture == posture
                ]
                assert mine, (function, role, posture)


def test_templates_are_well_formed() -> None:
    for one in templates():
        assert one.clause
        assert one.evidence in Evidence.values
        assert one.evidence != Evidence.PHOTO  # no upload of photographs yet
        assert (one.posture == "routine") == (one.phase == "standing")
        assert (one.due_offset_min is None) == (one.posture == "routine")
        assert 1 <= one.level_at_least <= 4
        assert not one.title.endswith("\u3002")
    limits = {"0-2h": (0, 120), "2-12h": (120, 720), "12h+": (720, 4320), "standdown": (0, 4320)}
    for one in templates():
        if one.due_offset_min is not None:
            low, high = limits[one.phase]
            assert low <= one.due_offset_min <= high, one.code


def test_clauses_of_the_notice_are_all_used() -> None:
    cited = Counter(one.clause for one in templates())
    for n, count in enumerate((4, 2, 3, 2, 1, 3), start=1):
        for clause in range(1, count + 1):
            assert cited[f"附件1（{'一二三四五六'[n - 1]}）职责{clause}"], (n, clause)
    assert cited["四（一）"]
    assert cited["四（四）"]


@pytest.mark.parametrize(
    ("code", "name", "function"),
    [
        ("leading", "某领导小组", "leading"),
        ("g1", "综合协调组", "coordination"),
        ("g2", "现场核查组", "verification"),
        ("g3", "督导检查专班", "inspection"),
        ("supervision", "随便什么", "inspection"),
        ("emergency", "随便什么", "response"),
        ("g7", "宣传报道组", None),
    ],
)
def test_groups_by_code_and_name(code: str, name: str, function: str | None) -> None:
    kind = "leading" if code == "leading" else "work"
    assert function_of(GroupLike(code, name, kind)) == function


def test_unknown_group_works_from_its_own_clauses() -> None:
    rows = compile_duties(
        [GroupLike("g7", "宣传报道组", "work")], [("g7", 1, "负责宣传报道。"), ("g7", 2, "负责培训；")]
    )
    assert [(row.code, row.title, row.posture) for row in rows] == [
        ("g7.r1", "负责宣传报道", "routine"),
        ("g7.e1", "负责宣传报道", "emergency"),
        ("g7.r2", "负责培训", "routine"),
        ("g7.e2", "负责培训", "emergency"),
    ]
    assert {row.clause for row in rows} == {"宣传报道组职责1", "宣传报道组职责2"}


def test_two_groups_of_one_function_have_codes_of_their_own() -> None:
    rows = compile_duties(
        [GroupLike("a", "医疗保障一组", "work"), GroupLike("b", "医疗保障二组", "work")], []
    )
    assert len({row.code for row in rows}) == len(rows)
    assert {row.group_code for row in rows} == {"a", "b"}


def test_duty_key_knows_posture_and_duties_but_no_order() -> None:
    one = ("a", "甲", "0-2h", 30, "none", False)
    other = ("b", "乙", "0-2h", 30, "none", False)
    assert seat_duty_key("emergency", [one, other]) == seat_duty_key("emergency", [other, one])
    assert seat_duty_key("emergency", [one]) != seat_duty_key("routine", [one])
    assert seat_duty_key("emergency", [one]) != seat_duty_key("emergency", [one, other])


def test_ladder() -> None:
    emergency = [step.after_sec for step in ladder() if step.posture == "emergency"]
    assert emergency == [120, 300, 600, 900]


def test_published_duties_never_change(park: SmallZone) -> None:
    version = ensure_duties(park.version)
    assert ensure_duties(park.version) == version
    assert ensure_policy() == ensure_policy()
    assert Step.objects.count() == len(ladder())
    assert version.sha256 == duty_sha(
        compile_duties(
            [GroupLike(g.code, g.name, g.kind) for g in park.version.groups.all()],
            [(c.group.code, c.n, c.text) for g in park.version.groups.all() for c in g.clauses.all()],
        )
    )
    for change in (
        lambda: Duty.objects.filter(version=version).update(title="改"),
        lambda: Duty.objects.filter(version=version).delete(),
        lambda: DutyVersion.objects.filter(pk=version.pk).update(sha256="0" * 64),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
