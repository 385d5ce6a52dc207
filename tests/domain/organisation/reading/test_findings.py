"""The rules behind the findings, one by one."""

from __future__ import annotations

import pytest

from pingzhan.domain.organisation.reading import Answers, findings, read_text, similar_names

_WORK = "（一）检测组：\n组长：仉云帆\n"


def kinds(text: str) -> set[str]:
    return {finding.kind for finding in findings(read_text(text))}


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("郗志建", "郗志健", True),
        ("逄峰", "逄峯", True),
        ("苌书言", "苌舒颜", True),
        ("苌书言", "苌树言", False),  # the tone differs
        ("亓磊", "亓雷", False),
        ("仉云帆", "仉云霞", False),
        ("章伟", "张伟", True),
    ],
)
def test_similar_means_same_sound_or_variant_form(a: str, b: str, alike: bool) -> None:
    assert bool(similar_names([a, b])) is alike


@pytest.mark.parametrize(
    ("sentence", "defined"),
    [
        ("立即报告开发区疫情防控指挥部办公室。", False),
        ("每日向园区应急指挥中心报送情况。", False),
        ("立即向检测组报告。", True),
        ("立即向县疫情防控指挥部报告。", True),
        ("立即向有关工作专班报告。", True),
        ("指挥部办公室设在经贸局。发现情况向指挥部办公室报告。", True),
    ],
)
def test_bodies_told_to_report_to(sentence: str, defined: bool) -> None:
    assert ("body_undefined" not in kinds(f"{sentence}\n{_WORK}")) is defined


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("2小时内到位。", True),
        ("Ⅰ级响应时全员到岗。", True),
        ("启动二级响应。", True),
        ("发布红色预警。", True),
        ("上一级党委。", False),
        ("任四级调研员。", False),
        ("实行24小时值班。", False),
        ("掌握前14天旅行史。", False),
    ],
)
def test_levels_and_times(sentence: str, said: bool) -> None:
    assert ("no_level_no_time" not in kinds(f"{sentence}\n{_WORK}")) is said


@pytest.mark.parametrize(
    "sentence", ["组长外出时由副组长代行职责。", "实行AB角制度。", "关键岗位明确替补人员。"]
)
def test_substitutes(sentence: str) -> None:
    assert "no_substitute" in kinds(_WORK)
    assert "no_substitute" not in kinds(f"{sentence}\n{_WORK}")


def test_case_15_same_name_is_asked_about_and_never_merged() -> None:
    text = (
        "开发区领导小组\n组长：仉云帆 党工委书记\n成员：郗若 财政局局长\n      郗若 税务局局长\n"
        "（一）检测组：\n组长：郗若\n（二）保障组：\n组长：亓子涵\n"
    )
    reading = read_text(text)
    asked = [finding for finding in findings(reading) if finding.kind == "same_name_unresolved"]
    assert [finding.subject["name"] for finding in asked] == ["郗若"]
    assert len(asked[0].places) == 3
    missing = [f.subject["certain"] for f in findings(reading) if f.kind == "person_without_post"]
    assert missing == [True, False]
    assert [person.certain for person in reading.persons() if person.name == "郗若"] == [False, False]
    one = Answers(same_name={"郗若": ((2, 3, 4),)})
    assert len(reading.persons(one)) == 3
    assert [f.subject["name"] for f in findings(reading, one) if f.kind == "several_posts"] == []
    assert [f.subject["label"] for f in findings(reading, one) if f.kind == "person_without_post"] == [
        "仉云帆（党工委书记）"
    ]


def test_same_title_with_and_without_the_unit_is_one_person() -> None:
    text = (
        "开发区领导小组\n组长：仉云帆（开发区财政分局局长）\n（一）检测组：\n组长：仉云帆（财政分局局长）\n"
    )
    reading = read_text(text)
    assert len(reading.persons()) == 1
    assert "same_name_unresolved" not in kinds(text)


def test_near_same_names_answered() -> None:
    reading = read_text("（一）检测组：\n组长：郗志建\n（二）保障组：\n组长：郗志健\n")
    pair = frozenset({"郗志建", "郗志健"})
    assert [f.kind for f in findings(reading)].count("similar_name") == 1
    different = Answers(different=frozenset({pair}))
    assert "similar_name" not in {f.kind for f in findings(reading, different)}
    same = Answers(same_person=frozenset({pair}))
    found = {f.kind: f for f in findings(reading, same)}
    assert "similar_name" not in found
    assert found["several_posts"].subject["critical"] is True
    assert len(reading.persons(same)) == 1


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("领导小组下设综合、检测两个工作组，职责如下：", ("综合", "检测")),
        ("领导小组下设3个工作组：综合组、检测组和保障组。", ("综合组", "检测组", "保障组")),
        ("指挥部设立综合组、检测组、保障组，分工如下：", ("综合组", "检测组", "保障组")),
        ("领导小组下设工作组，各工作组根据职责分工落实。", None),
        ("城市建设投资公司和检测组。", None),
    ],
)
def test_sentences_that_list_groups(sentence: str, names: tuple[str, ...] | None) -> None:
    lists = read_text(f"{sentence}\n{_WORK}").group_lists
    assert [found.names for found in lists] == ([names] if names else [])


def test_same_groups_in_list_and_headings_agree() -> None:
    assert "group_name_differs" not in kinds(
        f"领导小组下设检测、保障两个工作组：\n{_WORK}（二）保障工作组：\n组长：亓子涵\n"
    )


def test_case_32_a_missing_or_otherwise_named_group_is_asked_about() -> None:
    text = f"领导小组下设检测、核查、保障三个工作组：\n{_WORK}（二）保障工作组：\n组长：亓子涵\n"
    reading = read_text(text)
    asked = [finding for finding in findings(reading) if finding.kind == "group_name_differs"]
    assert len(asked) == 1
    assert "核查" in str(asked[0].subject)
    assert asked[0].places
    assert all("核查" not in group.name for group in reading.groups)  # nothing is made up
