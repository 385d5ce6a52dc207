"""The zone's own notice (command.md section 3). No name of it stands in the repository."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pingzhan.domain.organisation.reading import Answers, Reading, as_json, findings, load, read_text

from .making import SEED, make_docx, make_pdf, without_places

pytestmark = pytest.mark.skipif(not SEED, reason="the seed notice is not beside this checkout")

EXPECTED = {
    "same_name_unresolved": 1,
    "similar_name": 1,
    "several_posts": 2,
    "two_heads": 1,
    "class_unresolved": 1,
    "person_without_post": 10,
    "group_name_differs": 1,
    "no_substitute": 1,
    "no_level_no_time": 1,
    "one_list_only": 1,
    "body_undefined": 1,
}


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_text(load(SEED[0]).text)


def test_every_entry_is_read(reading: Reading) -> None:
    leading, *work = reading.groups
    assert leading.kind == "leading"
    assert len(leading.entries) == 18
    assert all(entry.title for entry in leading.entries)
    assert [(group.name, group.kind) for group in work] == [
        (name, "work")
        for name in ("综合协调组", "监督核查组", "核酸检测组", "督导检查组", "医疗保障组", "应急处置组")
    ]
    roles = [Counter(entry.role for entry in group.entries) for group in work]
    heads, deputies = [r["组长"] for r in roles], [r["副组长"] for r in roles]
    assert heads == [1, 2, 1, 1, 1, 1]
    assert deputies == [2, 2, 2, 1, 1, 1]
    named = [sum(entry.name is not None for entry in group.entries) for group in work]
    assert named == [8, 4, 9, 5, 5, 5]
    classes = [entry.class_rule for entry in reading.entries if entry.class_rule]
    assert classes == ["各包企责任人、包项目责任人"]


def test_duties_and_persons_are_counted(reading: Reading) -> None:
    assert [len(group.duties) for group in reading.groups] == [0, 4, 2, 3, 1, 1, 3]
    assert reading.counts == {"entries": 55, "persons": 44, "duties": 14}
    assert len({entry.name for entry in reading.entries if entry.name}) == 43
    assert sum(person.title is None for person in reading.persons()) == 26
    assert reading.unread == ()


def test_goal_G11_findings_are_exactly_the_table(reading: Reading) -> None:
    found = findings(reading)
    assert dict(Counter(finding.kind for finding in found)) == EXPECTED
    by_kind = {finding.kind: finding for finding in found}
    names = by_kind["similar_name"].subject["names"]
    assert isinstance(names, list)
    assert names[0][:-1] == names[1][:-1]
    assert by_kind["group_name_differs"].subject == {"listed": "现场核查", "heading": "监督核查组"}
    assert by_kind["no_level_no_time"].subject["words"] == ["即时转换", "迅即切换", "立即进行平战转换"]
    assert by_kind["body_undefined"].subject == {"body": "开发区疫情防控指挥部办公室", "count": 2}
    assert by_kind["two_heads"].subject["group"] == "监督核查组"
    several = [finding.subject["critical"] for finding in found if finding.kind == "several_posts"]
    assert several == [True, False]
    assert all(finding.places for finding in found)


def test_persons_without_post(reading: Reading) -> None:
    missing = [finding for finding in findings(reading) if finding.kind == "person_without_post"]
    assert [finding.subject["certain"] for finding in missing].count(True) == 9
    titles = [
        entry.title
        for entry in reading.groups[0].entries
        if entry.start in {f.places[0].start for f in missing}
    ]
    assert titles[:5] == [entry.title for entry in reading.groups[0].entries[:5]]
    assert "城市建设投资有限责任公司副总经理" in titles
    assert sum("局局长" in (title or "") for title in titles) == 2


def test_answered_same_name_makes_all_ten_certain(reading: Reading) -> None:
    asked = next(f for f in findings(reading) if f.kind == "same_name_unresolved")
    name = str(asked.subject["name"])
    numbers = [entry.n for entry in reading.entries if entry.name == name]
    answers = Answers(same_name={name: ((numbers[0], numbers[2]), (numbers[1],))})
    found = findings(reading, answers)
    assert "same_name_unresolved" not in {finding.kind for finding in found}
    missing = [finding for finding in found if finding.kind == "person_without_post"]
    assert [finding.subject["certain"] for finding in missing] == [True] * 10
    assert len(reading.persons(answers)) == 44


def test_docx_reads_the_same(reading: Reading, tmp_path: Path) -> None:
    again = read_text(load(make_docx(reading.text, tmp_path / "notice.docx")).text)
    assert without_places(as_json(again, findings(again))) == without_places(
        as_json(reading, findings(reading))
    )


@pytest.mark.parametrize(("size", "margin"), [(16, 30), (12, 25), (14, 28), (22, 20)])
def test_pdf_reads_the_same(reading: Reading, tmp_path: Path, size: int, margin: int) -> None:
    pdf = make_pdf(reading.text, tmp_path / "notice.pdf", size=size, margin=margin)
    again = read_text(load(pdf).text)
    assert without_places(as_json(again, findings(again))) == without_places(
        as_json(reading, findings(reading))
    )
