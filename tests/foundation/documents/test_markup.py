"""Light text to blocks and back; punctuation put right and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.documents.content import Block, Heading, Paragraph, Table
from pingzhan.foundation.documents.markup import parse, proofread, render


@pytest.mark.parametrize(
    ("line", "block"),
    [
        ("一、总体要求", Heading(1, "一、总体要求")),
        ("十二、附则", Heading(1, "十二、附则")),
        ("（一）压实责任。各企业要自查。", Heading(2, "（一）压实责任。", "各企业要自查。")),
        ("\x28二\x29加强监测", Heading(2, "\x28二\x29加强监测")),
        ("1.晨检。每日一次。", Heading(3, "1.晨检。", "每日一次。")),
        ("（1）留样四十八小时。", Heading(4, "（1）留样四十八小时。")),
        ("1.5米以内保持距离。", Paragraph("1.5米以内保持距离。")),
        ("一些企业没有上报。", Paragraph("一些企业没有上报。")),
        ("　　缩进的一段", Paragraph("缩进的一段")),
        ("|", Paragraph("|")),
    ],
)
def test_line(line: str, block: Block) -> None:
    assert parse(line) == (block,)


def test_table_ends_at_the_first_other_line() -> None:
    found = parse("| 片区 | 企业数 |\n|---|---|\n| 东 | 5 |\n| 西 |\n后面的话。")
    assert found == (Table((("片区", "企业数"), ("东", "5"), ("西", ""))), Paragraph("后面的话。"))


CELL = st.text("片区企业数0123456789| \n", max_size=8)
BLOCK = st.one_of(
    st.builds(Paragraph, st.text("通知事项如下企业，。", min_size=1, max_size=40)),
    st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=4).map(
        lambda rows: Table(tuple(tuple(row) for row in rows))
    ),
)


@given(st.lists(BLOCK, max_size=6))
def test_nothing_is_lost_on_the_way_to_text_and_back(blocks: list[Block]) -> None:
    """Tables that stand one after another become one; everything else comes back."""
    once = parse(render(blocks))
    assert parse(render(once)) == once
    words = "".join(render(blocks)).replace("|", "").split()
    assert "".join("".join(render(once)).replace("|", "").split()) == "".join(words)


def test_proof_counts_and_shows_what_changed() -> None:
    proof = proofread("各企业:\n1、晨检(每日),\nsee a(b), ok")
    assert proof.text == "各企业\uff1a\n1.晨检\uff08每日\uff09\uff0c\nsee a(b), ok"
    assert proof.count == 5
    assert [(n, [p.before for p in pieces if p.changed]) for n, pieces in proof.lines] == [
        (1, [":"]),
        (2, ["、", "(", "),"]),
    ]


@given(st.text(max_size=80))
def test_proof_is_done_at_once_and_keeps_the_lines(text: str) -> None:
    proof = proofread(text)
    assert proofread(proof.text).count == 0
    assert len(proof.text) == len(text.replace("\r\n", "\n"))


def test_brackets_of_other_lines_are_left_alone() -> None:
    assert proofread("说明(甲\nf(x)").text == "说明\uff08甲\nf(x)"
