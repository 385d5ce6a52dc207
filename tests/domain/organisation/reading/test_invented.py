"""An invented notice with the same traps as the zone's own; its golden result is in the repository."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pingzhan.domain.organisation.reading import Reading, as_json, findings, load, read_text

from .making import FIXTURES, INVENTED, make_docx, make_pdf, without_places

GOLDEN = json.loads((FIXTURES / "notice_invented.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_text(load(INVENTED).text)


def test_golden(reading: Reading) -> None:
    assert as_json(reading, findings(reading)) == GOLDEN


def test_goal_G11_golden_holds_every_trap() -> None:
    kinds = {kind["kind"]: kind["count"] for kind in GOLDEN["findings"]}
    assert kinds == {
        "same_name_unresolved": 1,
        "similar_name": 1,
        "several_posts": 2,
        "two_heads": 1,
        "class_unresolved": 1,
        "person_without_post": 8,
        "group_name_differs": 1,
        "no_substitute": 1,
        "no_level_no_time": 1,
        "one_list_only": 1,
        "body_undefined": 1,
    }
    assert GOLDEN["counts"] == {"entries": 53, "persons": 42, "duties": 14}
    assert GOLDEN["unread"] == []


def test_docx_reads_the_same(tmp_path: Path) -> None:
    again = read_text(load(make_docx(INVENTED.read_text(encoding="utf-8"), tmp_path / "a.docx")).text)
    assert without_places(as_json(again, findings(again))) == without_places(GOLDEN)


@pytest.mark.parametrize(("size", "margin"), [(16, 30), (11, 25), (13, 28), (22, 20)])
def test_pdf_reads_the_same(tmp_path: Path, size: int, margin: int) -> None:
    pdf = make_pdf(INVENTED.read_text(encoding="utf-8"), tmp_path / "a.pdf", size=size, margin=margin)
    again = read_text(load(pdf).text)
    assert without_places(as_json(again, findings(again))) == without_places(GOLDEN)


@pytest.mark.parametrize("width", range(5, 64))
@pytest.mark.parametrize("blank_kept", [True, False])
def test_lines_may_break_anywhere(width: int, blank_kept: bool) -> None:
    text = INVENTED.read_text(encoding="utf-8")
    lines = [line[i : i + width] for line in text.split("\n") for i in range(0, max(len(line), 1), width)]
    again = read_text("\n".join(line if blank_kept else line.strip(" ") for line in lines))
    assert without_places(as_json(again, findings(again))) == without_places(GOLDEN)


def test_font_variants_and_wide_marks_read_the_same() -> None:
    """Some fonts give radicals for characters; some files have full-width marks."""
    text = INVENTED.read_text(encoding="utf-8")
    table = str.maketrans(
        {"一": "\u2f00", "长": "\u2ed3", "工": "\u2f2f", ",": "\uff0c", ":": "\uff1a", ";": "\uff1b"}
    )
    again = read_text(text.translate(table))
    assert without_places(as_json(again, findings(again))) == without_places(GOLDEN)


def test_places_quote_the_text(reading: Reading) -> None:
    for entry in reading.entries:
        stretch = reading.text[entry.start : entry.end]
        assert "".join(stretch.split()).startswith(entry.name or entry.class_rule or "")
        assert entry.place.quote.split()[0] in stretch
        assert reading.text[: entry.start].count("\n") + 1 == entry.place.line
    for duty in reading.duties:
        assert reading.text[duty.start : duty.end].startswith("负责")


def test_reading_is_quick(reading: Reading) -> None:
    """13 kB in half a second with the import; here without it, on a machine that may be busy."""
    start = time.process_time()
    findings(read_text(reading.text))
    assert time.process_time() - start < 0.5
