"""The result workbook can be mended and uploaded as it is."""

from __future__ import annotations

import io

import openpyxl

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports import result
from tests.foundation.imports.files import GOOD, HEADER, ID, send, store, xlsx


def test_the_result_holds_the_refused_rows_with_reasons_and_can_be_uploaded_again(clerk: Actor) -> None:
    bad = ("A-9", "@坏", ID[:-1] + "0", "138", None, None, None, None, None, None, None, "甲")
    job = store(clerk, send(clerk, xlsx([(*HEADER, "多余"), (*GOOD, "乙"), bad])))
    book = openpyxl.load_workbook(result.build(job))
    sheet = book.worksheets[0]
    head, row = list(sheet.iter_rows())
    assert [cell.value for cell in head] == [*HEADER, "多余", "错误原因", "原行号"]
    assert (row[1].value, row[1].data_type, row[11].value, row[13].value) == ("@坏", "s", "甲", "3")
    assert row[12].value == (
        "C 保管人证件号：身份证号码的校验位不对，请核对是否填错一位；D 保管人电话：手机号码应为 11 位"
    )
    assert [cell.fill.fgColor.rgb == "FFFFC7CE" for cell in row[:4]] == [False, False, True, True]
    sheet["C2"], sheet["D2"] = ID, "13800000009"
    file = io.BytesIO()
    book.save(file)
    again = store(clerk, send(clerk, file.getvalue()))
    assert (again.stored_new, again.refused) == (1, 0)


def test_each_sheet_of_the_upload_has_one_in_the_result(clerk: Actor) -> None:
    def more(book: openpyxl.Workbook, _sheet: object) -> None:
        second = book.create_sheet("二车间")
        second.append(["名称", "编号"])
        second.append(["", "B-1"])

    job = send(clerk, xlsx([HEADER, ("", "坏", *[""] * 9)], more))
    book = openpyxl.load_workbook(result.build(job))
    assert [len(list(sheet.iter_rows())) for sheet in book.worksheets] == [2, 2]
    assert book.worksheets[1]["B2"].value == "B-1"
