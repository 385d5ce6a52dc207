"""Files as they really come: encodings, columns, formulas, merged and hidden cells, numbers that were text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.guard import Form, Inside
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.reading import open_book
from pingzhan.kernel.errors import Invalid
from tests.foundation.imports import sample
from tests.foundation.imports.files import GOOD, HEADER, ID, csv_text, send, store, xlsx
from tests.foundation.imports.oldbook import table, xls

EMPTY = ("",) * 9


def kept() -> dict[str, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM import_sample")
        codes = [row[0] for row in cursor.fetchall()]
    return sample.stored(codes)


def found(job: ImportJob) -> tuple[int, int]:
    return job.found_new, job.found_refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_csv_reads_the_same(clerk: Actor, encoding: str) -> None:
    rare = "\u9fa6\U00020000"
    data = csv_text([HEADER, ("A-1", f"轴承{rare}", *EMPTY)]).encode(encoding)
    store(clerk, send(clerk, data, "零件.csv"))
    assert kept()["A-1"]["name"] == f"轴承{rare}"


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_csv_with_other_separators(clerk: Actor, mark: str) -> None:
    data = csv_text([HEADER, ("A-1", "轴承\x2c 小", *EMPTY)], mark).encode()
    store(clerk, send(clerk, data, "零件.csv"))
    assert kept()["A-1"]["name"] == "轴承\x2c 小"


def test_csv_of_no_known_encoding_is_refused(clerk: Actor) -> None:
    job = send(clerk, b"\xff\xff\x81\x00\xff,\xff\n", "零件.csv")
    assert (job.state, job.error) == ("failed", "看不出 CSV 文件的编码。")


def test_csv_line_breaks_inside_quotes_keep_the_row_numbers_of_the_spreadsheet(clerk: Actor) -> None:
    text = ",".join(HEADER) + '\r\nA-1,"两\n行",,,,,,,,,\r\n\r\n,无号,,,,,,,,,\r\n'
    job = send(clerk, text.encode(), "零件.csv")
    (bad,) = preview.bad_cells(job, 1)
    assert bad.place == "A4"
    store(clerk, job)
    assert kept()["A-1"]["name"] == "两 行"


def test_extra_columns_are_named_and_ignored(clerk: Actor) -> None:
    job = send(clerk, xlsx([("序号", *HEADER[:2], "车间主任"), (1, "A-1", "轴承", "顾清和")]))
    assert found(job) == (1, 0)
    assert job.summary["extra"] == ["序号", "车间主任"]


def test_a_missing_required_column_refuses_the_file_and_names_it(clerk: Actor) -> None:
    job = send(clerk, xlsx([(HEADER[0], *HEADER[2:]), (GOOD[0], *GOOD[2:])]))
    assert (job.state, job.error) == ("failed", "缺少必填的列：名称。")


def test_a_missing_optional_column_leaves_what_is_stored(clerk: Actor) -> None:
    store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    job = store(clerk, send(clerk, xlsx([HEADER[:2], ("A-001", "滚珠轴承")])))
    assert "保管人电话" in job.summary["absent"]
    row = kept()["A-001"]
    assert (row["name"], row["phone"]) == ("滚珠轴承", "13800000001")


def test_headings_may_be_spelled_otherwise_and_stand_below_a_title(clerk: Actor) -> None:
    rows = [
        ("二〇二六年零件登记表",),
        (),
        ("名\u3000称*", " 零 件 号（必填） ".replace("（必填）", ""), "说明"),
        ("轴承", "A-1", "甲"),
    ]

    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_cells("A1:C1")

    store(clerk, send(clerk, xlsx(rows, merge)))
    assert kept()["A-1"]["note"] == "甲"


def test_a_column_that_stands_twice_refuses_the_file(clerk: Actor) -> None:
    job = send(clerk, xlsx([(*HEADER, "备注"), (*GOOD, "乙")]))
    assert job.state == "failed"
    assert "表头里有重复的列：备注。" in job.error


def test_a_file_without_header_is_refused(clerk: Actor) -> None:
    job = send(clerk, xlsx([GOOD, GOOD]))
    assert (job.state, job.error) == ("failed", "没有找到表头：前 20 行里没有认得的列名。")


def test_formulas_read_as_their_result(clerk: Actor) -> None:
    import io

    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ("A-1", "轴承"))
        sheet.write_formula(1, 5, "=2+3", None, 5)
        sheet.write_row(2, 0, ("A-2", "垫圈"))
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")
    job = send(clerk, file.getvalue())
    assert found(job) == (1, 1)
    (bad,) = preview.bad_cells(job, 1)
    assert bad.place == "F3"
    store(clerk, job)
    assert kept()["A-1"]["amount"] == 5


def test_a_formula_that_was_never_calculated_is_refused_not_read_as_empty(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, ("A-1", "轴承", None, None, None, "=2+3", None, None, None, None, None)]))
    (bad,) = preview.bad_cells(job, 1)
    assert (bad.place, bad.message) == (
        "F2",
        "公式没有结果或结果是错误值；请在 Excel 里打开并保存后再上传，或改填数值。",
    )


def test_a_long_number_stored_as_a_number_is_refused_because_digits_are_lost(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, ("A-1", "轴承", int(ID), *[None] * 8)]))
    (bad,) = preview.bad_cells(job, 1)
    assert bad.place == "C2"
    assert "Excel 只保留前 15 位" in bad.message


@pytest.mark.parametrize("typed", ["1.10101E+17", "1.1010118E17"])
def test_a_long_number_in_scientific_form_is_refused(clerk: Actor, typed: str) -> None:
    job = send(clerk, csv_text([HEADER, ("A-1", "轴承", typed, *[""] * 8)]).encode(), "零件.csv")
    assert found(job) == (0, 1)


def test_a_number_whose_last_digits_are_zero_gets_a_hint(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, ("A-1", "轴承", f"{ID[:15]}000", *[None] * 8)]))
    (bad,) = preview.bad_cells(job, 1)
    assert "末三位是 000" in bad.message


def test_numbers_typed_as_numbers_never_become_floats(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, (1001, 7, None, 13800000001, 20260131, "1,200", "2.50", *[None] * 4)]))
    store(clerk, job)
    row = kept()["1001"]
    assert (row["name"], row["phone"], row["since"]) == ("7", "13800000001", date(2026, 1, 31))
    assert (row["amount"], str(row["price"])) == (1200, "2.5")


@pytest.mark.parametrize(
    "typed",
    [
        datetime(2026, 1, 31),
        date(2026, 1, 31),
        "2026-01-31",
        "2026/1/31",
        "2026.1.31",
        "2026年1月31日",
        "２０２６－１－３１",
        "20260131",
        "2026-01-31 00:00:00",
    ],
)
def test_a_day_may_be_written_in_many_ways(clerk: Actor, typed: object) -> None:
    store(clerk, send(clerk, xlsx([HEADER, ("A-1", "轴承", None, None, typed, *[None] * 6)])))
    assert kept()["A-1"]["since"] == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("01/02/2026", "分不清年、月、日"),
        ("26-1-31", "分不清年、月、日"),
        ("2026-02-30", "没有这一天"),
        (46053, "这是一个数字"),
        ("月底", "看不出是哪一天"),
        ("0026-01-31", "年份不对"),
    ],
)
def test_a_day_that_could_be_another_is_refused(clerk: Actor, typed: object, reason: str) -> None:
    job = send(clerk, xlsx([HEADER, ("A-1", "轴承", None, None, typed, *[None] * 6)]))
    (bad,) = preview.bad_cells(job, 1)
    assert (bad.place, reason in bad.message) == ("E2", True), bad.message


def test_cells_merged_downwards_read_as_what_one_sees(clerk: Actor) -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_cells("K2:K4")

    rows = [
        HEADER,
        ("A-1", "甲", *EMPTY[:8], "一号库"),
        ("A-2", "乙", *[None] * 9),
        ("A-3", "丙", *[None] * 9),
    ]
    job = store(clerk, send(clerk, xlsx(rows, merge)))
    assert job.summary["filled"] == 2
    assert {row["note"] for row in kept().values()} == {"一号库"}


def test_cells_merged_sideways_or_in_the_key_are_refused(clerk: Actor) -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("J4:K4")

    rows = [HEADER, ("A-1", "甲"), (None, "乙"), ("A-3", "丙", *[None] * 7, "鲁M12345", None)]
    job = send(clerk, xlsx(rows, merge))
    assert [(one.place, one.message[:6]) for one in preview.bad_cells(job, 1)] == [
        ("A3", "与 A2 合"),
        ("A3", "编号不能为空"),
        ("K4", "与 J4 合"),
    ]


def test_hidden_rows_are_read_and_counted(clerk: Actor) -> None:
    def hide(_book: Any, sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    job = send(clerk, xlsx([HEADER, GOOD, ("A-2", "藏", *EMPTY)], hide))
    assert (found(job), job.summary["hidden_rows"]) == ((2, 0), 1)


def test_other_sheets_are_named_and_second_tables_are_read(clerk: Actor) -> None:
    def more(book: Any, _sheet: Any) -> None:
        second = book.create_sheet("二车间")
        second.append(list(HEADER[:2]))
        second.append(["B-1", "垫圈"])
        second.append(["A-001", "又一个"])
        book.create_sheet("备忘").append(["随便写的"])
        secret = book.create_sheet("藏起来的")
        secret.append(list(HEADER[:2]))
        secret.append(["C-1", "不该读"])
        secret.sheet_state = "hidden"

    job = send(clerk, xlsx([HEADER, GOOD], more))
    assert found(job) == (2, 1)
    assert job.summary["sheets"] == ["零件", "二车间"]
    assert job.summary["ignored_sheets"] == ["备忘", "藏起来的"]
    (bad,) = preview.bad_cells(job, 1)
    assert (bad.sheet, bad.place, bad.message) == ("二车间", "A3", "与工作表“零件”第 2 行重复。")
    store(clerk, job)
    assert kept()["A-001"]["phone"] == "13800000001"
    assert kept()["B-1"]["name"] == "垫圈"


def test_blank_rows_are_no_rows(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, (), GOOD, (None, "  "), ("A-2", "乙", *EMPTY)]))
    assert (job.total, found(job)) == (2, (2, 0))


def test_control_characters_and_odd_blanks_do_not_reach_the_store(clerk: Actor) -> None:
    data = csv_text([HEADER, ("A\u3000-\u200b1", "轴\x07承 \u3000 小", *EMPTY)]).encode()
    store(clerk, send(clerk, data, "零件.csv"))
    assert kept()["A-1"]["name"] == "轴承 小"


def test_a_workbook_of_the_old_form_reads_like_a_new_one(clerk: Actor) -> None:
    rows: list[tuple[str | float, ...]] = [
        HEADER,
        ("A-1", "轴承", ID, "13800000001", "2026-01-31", 5.0, 2.5, "完好", "是", "鲁M12345", "一号库"),
        ("A-2", "垫片", "", "", "", 1e5),
    ]
    job = store(clerk, send(clerk, xls(table(rows), merged=[(1, 2, 10, 10)]), "零件.xls"))
    assert (job.summary["filled"], job.stored) == (1, 2)
    first, second = kept()["A-1"], kept()["A-2"]
    assert (first["keeper"], first["since"], first["amount"], first["plate"]) == (
        ID,
        date(2026, 1, 31),
        5,
        "鲁M12345",
    )
    assert (second["name"], second["amount"], second["note"]) == ("垫片", 100_000, "一号库")
    assert (
        send(clerk, xls(table([HEADER, ("A-3", "丙", 110101180001010015.0)])), "零件.xls").found_refused == 1
    )


def test_an_old_workbook_that_reached_its_last_row_is_refused_with_the_reason(clerk: Actor) -> None:
    """The form holds 65,536 rows; whoever saves more into it loses the rest without a word."""

    def long(rows: int) -> bytes:
        head = [(0, column, heading) for column, heading in enumerate(HEADER)]
        return xls([*head, *((row, column, f"A-{row}") for row in range(1, rows) for column in range(2))])

    job = send(clerk, long(65_536), "零件.xls")
    assert (job.state, job.found_new) == ("failed", 0)
    assert job.error == "工作表“零件”到了 .xls 格式的行数上限，后面的行可能已被截掉，没有读入。"
    assert job.hint == "请把原始数据存成 .xlsx 或 .csv 后再上传。"
    assert kept() == {}


@pytest.mark.parametrize(("rows", "fits"), [(65_535, True), (65_536, False)])
def test_the_last_row_is_the_limit_even_where_the_rows_before_it_are_empty(rows: int, fits: bool) -> None:
    cells = [*((0, column, heading) for column, heading in enumerate(HEADER)), (rows - 1, 0, "A-9")]
    if fits:
        (found,) = open_book(sample.SPEC, xls(cells), Form.XLS, Inside()).tables
        assert [number for number, _row in found.rows] == [rows]
    else:
        with pytest.raises(Invalid) as refused:
            open_book(sample.SPEC, xls(cells), Form.XLS, Inside())
        assert (refused.value.code, bool(refused.value.hint)) == ("upload_xls_rows", True)
