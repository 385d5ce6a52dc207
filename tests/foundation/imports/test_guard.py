"""What must not be read is refused with a sentence, and costs neither memory nor trust."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports import guard
from pingzhan.foundation.imports.actions import FILES, SOURCE, upload
from pingzhan.foundation.imports.guard import MEBI, Form
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.sheets import column_letters, column_number
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.kernel.errors import Invalid
from tests.foundation.imports.files import GOOD, HEADER, ID, send, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def repacked(data: bytes, **parts: bytes) -> bytes:
    """A workbook with some parts replaced or added; names with __ for /."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, named.pop(part.filename, old.read(part.filename)))
        for name, content in named.items():
            new.writestr(name, content)
    return file.getvalue()


def sheet_xml(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def refused(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Invalid) as refusal:
        guard.check(data, guard.form_of(name, data[:16]))
    assert refusal.value.message.endswith("。")
    assert refusal.value.hint
    return refusal.value.code


def test_a_zip_bomb_is_refused_without_unpacking_it() -> None:
    data = repacked(xlsx([HEADER]), xl__bomb_dot_xml=b"<a/>" + b" " * (600 * MEBI))
    tracemalloc.start()
    assert refused(data) == "upload_bomb"
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEBI


def test_a_bomb_whose_directory_lies_is_found_while_unpacking() -> None:
    data = bytearray(repacked(xlsx([HEADER]), xl__bomb_dot_bin=b"\0" * (30 * MEBI)))
    place = data.rindex(b"xl/bomb.bin") - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    small = b"\0" * 100
    data[place + 16 : place + 28] = struct.pack(
        "<LLL", zlib.crc32(small), struct.unpack_from("<L", data, place + 20)[0], len(small)
    )
    tracemalloc.start()
    assert refused(bytes(data)) == "upload_bomb"
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * MEBI


def test_too_many_parts_are_refused() -> None:
    parts: Any = {f"xl__p{n}_dot_bin": b"" for n in range(1_001)}
    assert refused(repacked(xlsx([HEADER]), **parts)) == "upload_bomb"


@pytest.mark.parametrize(
    "prologue",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]>',
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "docProps/core.xml", "xl/more.xml"]
)
def test_entities_and_document_types_are_refused_in_every_part(prologue: bytes, part: str) -> None:
    base = xlsx([HEADER, GOOD])
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        text = archive.read(part) if part in archive.namelist() else b"<a/>"
    body = text[text.index(b"?>") + 2 :] if text.startswith(b"<?xml") else text
    data = repacked(base, **{part.replace("/", "__").replace(".", "_dot_"): prologue + body})
    assert refused(data) == "upload_entity"


def test_a_declaration_in_another_encoding_is_found_too() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    data = repacked(xlsx([HEADER]), xl__more_dot_xml=text.encode("utf-16"))
    assert refused(data) == "upload_entity"


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='ZZ900000'><v>1</v></c>",
        b'<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="A9999999"><x:v>1</x:v></x:c>',
    ],
)
def test_one_cell_far_away_is_refused_before_a_reader_allocates_the_area(cell: bytes) -> None:
    base = xlsx([HEADER, GOOD])
    text = sheet_xml(base).replace(b"</sheetData>", b'<row r="1048576">' + cell + b"</row></sheetData>")
    assert refused(repacked(base, xl__worksheets__sheet1_dot_xml=text)) == "upload_area"


def test_macros_passwords_and_wrong_endings_are_refused() -> None:
    good = xlsx([HEADER, GOOD])
    assert refused(repacked(good, xl__vbaProject_dot_bin=b"x")) == "upload_macro"
    assert refused(good, "a.xlsm") == "upload_macro"
    assert refused(good, "a.xlsb") == "upload_macro"
    assert refused(good, "a.exe") == "upload_ending"
    assert refused(good, "xlsx") == "upload_ending"
    assert refused(good, "a.csv") == "upload_mismatch"
    assert refused(b"<html><table>", "a.xls") == "upload_mismatch"
    assert refused(b"a,b\n", "a.xlsx") == "upload_mismatch"
    assert refused(b"", "a.xlsx") == "upload_empty"
    assert refused(OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx") == "upload_password"
    assert refused(OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"), "a.xls") == "upload_macro"
    assert refused(good[:200]) == "upload_damaged"
    assert refused(b"PK\x03\x04" + b"\0" * 500) == "upload_damaged"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_rubbish_behind_the_right_first_bytes_ends_as_a_refusal(clerk: Actor, name: str) -> None:
    job = send(clerk, OLE + bytes(range(256)) * 40, name)
    assert (job.state, job.error) == ("failed", "文件损坏或不是 Excel 工作簿，读不出来。")


def test_a_truncated_or_altered_workbook_is_refused(clerk: Actor) -> None:
    good = bytearray(xlsx([HEADER, GOOD]))
    middle = len(good) // 3
    good[middle : middle + 40] = b"\xff" * 40
    job = send(clerk, bytes(good))
    assert job.state == "failed"
    assert job.error == "文件损坏或不是 Excel 工作簿，读不出来。"


def test_a_good_workbook_passes() -> None:
    inside = guard.check(xlsx([HEADER, GOOD]), Form.XLSX)
    assert (inside.sheets["零件"].rows, inside.sheets["零件"].columns) == (2, 11)


def test_an_upload_above_the_limit_leaves_nothing(clerk: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        upload(
            key="sample",
            scope_code="7",
            name="a.csv",
            chunks=(b"x" * MEBI for _n in range(51)),
            by=clerk,
        )
    assert (refusal.value.code, refusal.value.message) == ("upload_size", "文件超过 50 MB。")
    assert not ImportJob.objects.exists()
    assert [path for path in Path(django_settings.UPLOAD_DIR).rglob("*") if path.is_file()] == []


def test_what_lies_on_disk_is_sealed_and_private(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD, ("", "坏行", ID, *[""] * 8)]))
    files = [path for path in Path(django_settings.UPLOAD_DIR).rglob("*") if path.is_file()]
    assert sorted(files) == sorted(sealed.path_of(job.owner, name) for name in FILES)
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        assert ID.encode() not in content
        assert "坏行".encode() not in content


def test_a_sealed_file_that_was_altered_or_moved_is_not_read(clerk: Actor) -> None:
    from pingzhan.foundation.imports.actions import key_of
    from pingzhan.kernel.errors import Conflict

    job, other = (send(clerk, xlsx([HEADER, GOOD])) for _n in range(2))
    path = sealed.path_of(job.owner, SOURCE)
    whole = path.read_bytes()
    path.write_bytes(sealed.path_of(other.owner, SOURCE).read_bytes())
    with pytest.raises(Conflict):
        sealed.read_all(job.owner, SOURCE, key_of(job))
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Conflict):
        sealed.read_all(job.owner, SOURCE, key_of(job))


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_letters_of_columns(number: int, letters: str) -> None:
    assert column_letters(number) == letters
    assert column_number(letters) == number
