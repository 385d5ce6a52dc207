"""The punctuation fixer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.kernel import zhpunct

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"


def test_marks_next_to_chinese_become_wide() -> None:
    assert zhpunct.fix("\u7ec4\u957f:\u7532,\u4e59") == "\u7ec4\u957f\uff1a\u7532\uff0c\u4e59"


def test_english_and_numbers_stay() -> None:
    assert zhpunct.fix("f(a, b): 3:15, ok?") == "f(a, b): 3:15, ok?"


def test_a_bracket_pair_has_one_width() -> None:
    assert zhpunct.fix("\u7532(a)") == "\u7532\uff08a\uff09"
    assert zhpunct.fix("(a)\u7532") == "\uff08a\uff09\u7532"


def test_curly_quotes_count_only_in_chinese_text() -> None:
    assert zhpunct.fix("\u201d, \u201c") == "\u201d\uff0c \u201c"
    assert zhpunct.fix("\u201d, \u201c", quotes=False) == "\u201d, \u201c"


@given(st.text(alphabet="\u7532\u4e59,:;!?() ab\n"))
def test_fixing_twice_changes_nothing_and_keeps_the_length(text: str) -> None:
    once = zhpunct.fix(text)
    assert zhpunct.fix(once) == once
    assert len(once) == len(text)


@pytest.mark.skipif(not SEED.is_dir(), reason="the zone's own notice is not here")
def test_the_zone_notice_is_put_right_completely() -> None:
    text = next(SEED.glob("*.txt")).read_text(encoding="utf-8")
    assert Counter(mark for _at, mark in zhpunct.changes(text)) == {
        ",": 142, ":": 38, ";": 11, "(": 33, ")": 33,
    }  # fmt: skip
