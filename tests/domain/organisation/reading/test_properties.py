"""Any text is read, and no character of it gets lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.domain.organisation.reading import Reading, as_json, findings, read_text
from pingzhan.domain.organisation.reading.compact import is_blank

from .making import FIXTURES

_SOURCES = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.rglob("*.txt"))]
_WORDS = [
    "组长：", "副组长\x3a", "成员：", "组员 ", "职责：", "负责协调；", "（一）综合协调组：", "1.检测组",
    "一、", "附件：1", "附件", "领导小组", "指挥部办公室", "仉云帆", "郗 若", "党工委书记", "、",
    "。", "\n", "\t", "|", " ", "\u3000", "(", "）", "2小时内", "下设综合、检测两个工作组",
    "各包企责任人", "— 2 —\n", "㈠", "①", "\u2ed3", "\x00", "\u200b", "\ufeff",
    "| 组长 | 成员 |\n",
]  # fmt: skip


def pieces() -> st.SearchStrategy[str]:
    """Stretches of real layouts, words of notices and any text, in any order."""
    stretch = st.builds(
        lambda source, start, length: source[start : start + length],
        st.sampled_from(_SOURCES),
        st.integers(0, 2500),
        st.integers(0, 400),
    )
    part = st.one_of(stretch, st.sampled_from(_WORDS), st.text(max_size=8))
    return st.lists(part, max_size=25).map("".join)


def check(reading: Reading) -> None:
    text = reading.text
    covered = 0
    missing = [i for i, char in enumerate(text) if not is_blank(char)]
    for span in reading.spans:
        assert covered <= span.start < span.end <= len(text)
        assert all(is_blank(char) for char in text[covered : span.start])
        covered = span.end
    assert all(i < covered for i in missing)
    shown = {(part.start, part.end) for part in reading.unread}
    assert {(span.start, span.end) for span in reading.spans if span.kind == "unread"} == shown
    entries = reading.entries
    assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
    for entry in entries:
        assert (entry.name is None) != (entry.class_rule is None)
        assert text[entry.start : entry.end].strip()
    assert len({group.name for group in reading.groups}) == len(reading.groups)
    named = sum(entry.name is not None for entry in entries)
    assert sum(len(person.entries) for person in reading.persons()) <= named
    data = as_json(reading, findings(reading))
    assert sum(kind["count"] for kind in data["findings"]) == len(findings(reading))


@given(pieces())
@settings(max_examples=200, deadline=None)
def test_nothing_is_dropped(text: str) -> None:
    check(read_text(text))


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    check(read_text(text))


def test_every_layout_is_covered() -> None:
    for source in _SOURCES:
        check(read_text(source))


def test_headings_with_nothing_under_them_are_no_group() -> None:
    assert read_text("\u7ec4\u957f\uff1a\u804c\u8d23\uff1a").groups == ()
