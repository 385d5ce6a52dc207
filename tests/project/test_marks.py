"""Chinese text in the repository carries full-width punctuation."""

from __future__ import annotations

from pingzhan.config.upkeep import marks


def test_chinese_text_is_punctuated() -> None:
    assert [place for path in marks.files() for place in marks.faults(path)] == []
