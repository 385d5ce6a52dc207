"""Other layouts, with invented names: nothing is lost, and what is not understood is shown."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from pingzhan.domain.organisation.reading import GroupRead, Reading, findings, load, read_text

from .making import FIXTURES, make_docx

LAYOUTS = FIXTURES / "notices"


def reading_of(name: str) -> Reading:
    return read_text(load(LAYOUTS / f"{name}.txt").text)


def held(group: GroupRead) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for entry in group.entries:
        label = entry.name or f"[{entry.class_rule}]"
        roles.setdefault(entry.role, []).append(f"{label}/{entry.title}" if entry.title else label)
    return roles


def unread(reading: Reading) -> list[str]:
    return ["".join(part.text.split()) for part in reading.unread]


def test_duties_first_bracketed_titles_and_member_bodies() -> None:
    reading = reading_of("numbered_duties_first")
    leading, first, second, third = reading.groups
    assert leading.name == "青岚经济开发区疫情防控工作指挥部"
    assert leading.kind == "leading"
    assert held(leading) == {
        "总指挥": ["席慕云/党工委书记"],
        "常务副总指挥": ["晏北辰/管委会主任"],
        "副总指挥": ["尚知远/党工委委员、管委会副主任", "郁青/纪工委书记"],
        "成员": ["路遥/经贸发展局局长", "宫商羽/财政局副局长（主持工作）", "[各村党支部书记]"],
        "成员单位": ["[经贸发展局]", "[财政分局]", "[应急管理分局]", "[市场监管所]", "[派出所]"],
    }
    assert held(first) == {
        "牵头单位": ["[综合办公室]"],
        "组长": ["晏北辰"],
        "副组长": ["路遥", "柯以南"],
        "成员": ["舒朗", "万木春", "欧阳雪", "买买提\u00b7艾力", "司空见"],
        "联络员": ["舒朗"],
    }
    assert [duty.text for duty in first.duties] == [
        "负责统筹协调、信息汇总；接到II级响应指令后2小时内到位",
        "负责会议组织和文件起草",
        "完成指挥部交办的其他任务",
    ]
    assert [mention.text for mention in first.levels] == ["II级"]
    assert [mention.text for mention in first.times] == ["2小时内"]
    assert held(second) == {"组长": ["尚知远"], "成员": ["阮青", "水清", "尤利"]}
    assert len(second.duties) == 3
    assert held(third) == {"组长": ["郁青"]}
    assert unread(reading) == [
        "指挥部办公室设在综合办公室，办公室主任由路遥兼任。",
        "13800000000",
        "待定",
        "联系人：舒朗，电话：0543-1234567。",
    ]


def test_findings_follow_what_the_layout_says() -> None:
    kinds = {finding.kind for finding in findings(reading_of("numbered_duties_first"))}
    # Level and time are given, the office has a seat, and the liaison is a member of his own group.
    assert kinds == {"class_unresolved", "person_without_post", "no_substitute"}


def test_groups_without_numbers() -> None:
    reading = reading_of("no_numbers")
    assert [(group.name, group.kind) for group in reading.groups] == [
        ("指挥部", "leading"),
        ("综合协调组", "work"),
        ("医疗保障专班", "work"),
        ("物资组", "work"),
    ]
    assert held(reading.groups[1]) == {
        "组长": ["晏北辰"],
        "成员": ["[经贸局]", "[应急办公室]"],
        "联络员": ["舒朗"],
    }
    assert [len(group.duties) for group in reading.groups] == [0, 1, 2, 0]
    assert held(reading.groups[2]) == {"组长": ["尚知远"], "组员": ["[各村卫生室负责人]", "阮青"]}
    assert held(reading.groups[3])["成员"] == ["水清/党政办", "柯以南/党群部"]
    assert reading.unread == ()


def test_sections_inside_groups_titles_before_names_and_numbered_members() -> None:
    reading = reading_of("group_sections")
    leading, *work = reading.groups
    assert held(leading) == {
        "组长": ["申屠远/党工委书记"],
        "副组长": ["柏崇文/管委会副主任", "闻人静/纪工委书记"],
        "成员": ["宗少卿/经贸发展局局长", "璩文博/组织部部长", "那日松/派出所所长"],
    }
    assert [group.name for group in work] == ["综合协调组", "医疗救治组", "学校防控组"]
    assert held(work[0])["成员"] == ["[经贸发展局]", "[党政办公室]", "[各村（社区）党支部书记]"]
    assert [len(group.duties) for group in work] == [2, 2, 0]
    assert held(work[2]) == {"组长": ["那日松"], "组员": ["薄荷"]}
    assert reading.group_lists[0].names == ("综合协调组", "医疗救治组", "学校防控组", "宣传组")
    assert unread(reading) == ["请各单位认真抓好落实。明湖经济开发区管理委员会2026年1月5日"]
    absent = [f.subject for f in findings(reading) if f.kind == "group_name_differs"]
    assert absent == [{"listed": "宣传组", "heading": ""}]


def test_drawn_table_and_roles_without_colon() -> None:
    reading = reading_of("drawn_table")
    leading, first, second = reading.groups
    assert held(leading) == {
        "第一组长": ["柳荫/党工委书记"],
        "组长": ["乔木森/管委会主任"],
        "常务副组长": ["骆宾/党工委副书记"],
        "副组长": ["解语/管委会副主任", "荀晚晴/管委会副主任"],
        "成员": ["葛覃/经贸局局长", "符节/组织部部长"],
    }
    assert held(first) == {"组长": ["葛覃"], "副组长": ["符节"], "成员": ["桑梓", "竺可"]}
    assert held(second) == {"组长": ["解语"], "成员": ["冉冉升/检验科科长", "鲜于静"]}
    assert [len(group.duties) for group in reading.groups] == [0, 2, 2]
    assert unread(reading) == ["办公室设在综合办，葛覃任办公室主任。工作组名单"]


def test_a_row_for_each_person() -> None:
    reading = reading_of("person_rows")
    assert [(group.name, group.kind) for group in reading.groups] == [
        ("领导小组", "leading"),
        ("抢险组", "work"),
        ("转移组", "work"),
    ]
    assert held(reading.groups[0]) == {
        "组长": ["仉云帆/党工委书记"],
        "副组长": ["郗若楠/管委会副主任"],
        "成员": ["佘书瑶/应急管理局局长"],
    }
    assert held(reading.groups[1])["组员"] == ["亓子涵", "厍心怡", "[各村网格员]"]
    assert held(reading.groups[2])["组员"] == ["毋忘/应急管理局科员"]
    assert unread(reading) == ["13900000001", "13900000002"]


@pytest.mark.parametrize("name", ["numbered_duties_first", "no_numbers", "group_sections"])
def test_docx_reads_the_same(name: str, tmp_path: Path) -> None:
    reading = reading_of(name)
    again = read_text(load(make_docx(reading.text, tmp_path / "a.docx")).text)
    assert [held(group) for group in again.groups] == [held(group) for group in reading.groups]
    assert unread(again) == unread(reading)


def test_word_table_with_merged_cells(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("明湖开发区防汛指挥体系")
    rows = [
        ("组别", "角色", "姓名", "职务"),
        ("抢险组", "组长", "仉云帆", "应急管理局局长"),
        ("", "组员", "郗 若 楠\n佘书瑶", ""),
        ("转移组", "组长", "亓子涵", "民政办主任"),
    ]
    table = document.add_table(rows=len(rows), cols=4)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("此件公开发布。")
    path = tmp_path / "table.docx"
    document.save(str(path))
    source = load(path)
    assert source.text.splitlines()[0] == "明湖开发区防汛指挥体系"
    assert source.text.splitlines()[-1] == "此件公开发布。"
    reading = read_text(source.text)
    assert [(group.name, held(group)) for group in reading.groups] == [
        ("抢险组", {"组长": ["仉云帆/应急管理局局长"], "组员": ["郗若楠", "佘书瑶"]}),
        ("转移组", {"组长": ["亓子涵/民政办主任"]}),
    ]
    assert unread(reading) == ["此件公开发布。"]


def test_label_column_of_a_word_table(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=2)
    for row, texts in zip(
        table.rows,
        [
            ("综合协调组", ""),
            ("组长", "仉云帆"),
            ("成员", "郗若楠、佘书瑶"),
            ("职责", "负责协调；负责值守。"),
        ],
        strict=True,
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    path = tmp_path / "labels.docx"
    document.save(str(path))
    (group,) = read_text(load(path).text).groups
    assert group.name == "综合协调组"
    assert held(group) == {"组长": ["仉云帆"], "成员": ["郗若楠", "佘书瑶"]}
    assert [duty.text for duty in group.duties] == ["负责协调", "负责值守"]


def test_two_lists_are_two_lists() -> None:
    reading = read_text(
        "明确平时与战时领导体系、职责分工。\n"
        "一、平时指挥体系\n（一）综合协调组：\n组长：仉云帆\n"
        "二、战时指挥体系\n（一）综合协调组：\n组长：郗若楠\n"
    )
    assert [group.name for group in reading.groups] == ["综合协调组", "综合协调组（2）"]
    assert "one_list_only" not in {finding.kind for finding in findings(reading)}


def test_a_text_without_lists_is_all_unread() -> None:
    reading = read_text("今天天气很好。\n我们去公园。")
    assert reading.groups == ()
    assert unread(reading) == ["今天天气很好。我们去公园。"]
    assert findings(reading) == []
