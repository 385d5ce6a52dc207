"""The PDF in the measures of GB/T 9704-2012, measured on the rendered page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader

from pingzhan.foundation.documents.content import PaperContent, Paragraph
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.pdf import fonts, pictures, write_pdf
from pingzhan.foundation.documents.templating.sample import sample
from tests.foundation.documents.inking import A4_MM, BOTTOM, LEFT, RIGHT, TOP, Page, from_png, lines
from tests.foundation.documents.layouts import long_paper, short_ends

FOOT = A4_MM[1] - BOTTOM


class Pages:
    """The pages of a paper, each read when it is looked at: reading a picture takes long."""

    def __init__(self, drawn: list[bytes]) -> None:
        self.drawn = drawn
        self.read: dict[int, Page] = {}

    def __len__(self) -> int:
        return len(self.drawn)

    def __iter__(self) -> Iterator[Page]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Page:
        number = range(len(self.drawn))[number]
        if number not in self.read:
            self.read[number] = from_png(self.drawn[number])
        return self.read[number]


def pages(paper: PaperContent, ppi: float = 50) -> Pages:
    return Pages(pictures(paper, ppi=ppi))


def texts(paper: PaperContent) -> list[str]:
    reader = PdfReader(io.BytesIO(write_pdf(paper).pdf))
    return ["".join(page.extract_text().split()) for page in reader.pages]


def test_full_pages_have_22_lines_and_numbers_outside() -> None:
    found = pages(long_paper())
    assert len(found) >= 5
    for number, page in enumerate(found, 1):
        if 1 < number < len(found) - 1:  # the last but one may end early, with what belongs to the sign-off
            assert lines(page) == 22, number
        left, right = page.span(FOOT + 3, FOOT + 12)
        if number % 2:
            assert right == pytest.approx(A4_MM[0] - RIGHT - 14 / 72 * 25.4, abs=1.2)
        else:
            assert left == pytest.approx(LEFT + 14 / 72 * 25.4, abs=1.2)


def test_a_line_has_28_characters() -> None:
    """Of a paragraph of one character all lines but the first and last are full."""
    found: list[str] = []

    def visit(text: str, *_places: object) -> None:
        found.append(text.strip())

    paper = replace(sample(), blocks=(Paragraph("检" * 600), *sample().blocks))
    PdfReader(io.BytesIO(write_pdf(paper).pdf)).pages[1].extract_text(visitor_text=visit)
    full = [line for line in found if set(line) == {"检"}]
    assert len(full) > 5
    assert {len(line) for line in full[:-1]} == {28}


@pytest.mark.parametrize("length", range(28 * 8, 28 * 22, 28))
def test_a_last_paragraph_is_divided_rather_than_the_sign_off_left_alone(length: int) -> None:
    """However long the only paragraph is, its end and the sign-off share a page, and page 1 has text."""
    paper = replace(sample(), blocks=(Paragraph("检" * (length - 1) + "终"),))
    found = texts(paper)
    assert "检检" in found[0]
    (page,) = [text for text in found if "委员会2026年11月25日" in text]
    assert "终" in page


def test_page_numbers_read_dash_number_dash() -> None:
    found = texts(long_paper())
    assert [f"\u2014{n}\u2014" in text for n, text in enumerate(found, 1)] == [True] * len(found)


def test_the_dashes_are_seven_millimetres_under_the_type_area() -> None:
    (band,) = pages(long_paper(), ppi=150)[1].bands(FOOT + 3, FOOT + 14, LEFT, LEFT + 9)
    assert (band[0] + band[1]) / 2 - FOOT == pytest.approx(7, abs=0.6)


def test_the_red_head_stands_where_the_standard_says() -> None:
    page = pages(replace(sample(), urgency=sample().urgency.__class__.NONE), ppi=100)[0]
    mark, _number, rule = page.bands(TOP, 125)[:3]
    assert mark[0] - TOP == pytest.approx(35, abs=1.0)
    assert list(page.span(*rule)) == pytest.approx([LEFT, A4_MM[0] - RIGHT], abs=0.5)


def test_a_letter_has_double_rules_and_no_number_on_its_first_page() -> None:
    paper = long_paper(PaperKind.LETTER)
    found, words = pages(paper, ppi=120), texts(paper)
    assert "\u20141\u2014" not in words[0]
    assert "\u20142\u2014" in words[1]
    rules = [band for band in found[0].bands(20, A4_MM[1] - 10) if found[0].span(*band)[0] < LEFT - 6]
    assert len(rules) in (2, 4)  # the two lines of a rule may touch at this resolution
    for band in rules:
        assert list(found[0].span(*band)) == pytest.approx([20, 190], abs=0.5)
    assert A4_MM[1] - rules[-1][1] == pytest.approx(20, abs=1.5)
    assert found[0].bands(20, 60)[0][0] == pytest.approx(30, abs=1.0)


def test_the_imprint_ends_on_the_lower_edge_of_the_last_page() -> None:
    for paper in (sample(), long_paper()):
        last = pages(paper, ppi=100)[-1]
        rule = last.bands(TOP, FOOT + 1)[-1]
        assert rule[1] == pytest.approx(FOOT, abs=0.6)


@pytest.mark.parametrize("count", range(1, 30))
def test_the_sign_off_never_stands_alone(count: int) -> None:
    for text in texts(short_ends(count)):
        if "委员会2026年11月25日" in text and "关于做好" not in text:
            assert "特此通知" in text


def test_a_heading_never_ends_a_page() -> None:
    for count in range(1, 24):
        blocks = (Paragraph("检" * (28 * count)), *sample().blocks[1:3], Paragraph("查" * 600))
        for text in texts(replace(sample(), blocks=blocks)):
            body = text.split("\u2014")[0]
            assert not body.endswith("一、压实责任")


@pytest.mark.parametrize("kind", list(PaperKind))
def test_every_kind_is_set(kind: PaperKind) -> None:
    whole = "".join(texts(sample(kind)))
    for words in ("晨检登记表", "一、压实责任", "林知远", "此件公开发布"):
        assert words in whole
    assert ("签发人" in whole) == kind.goes_up


def test_joint_papers_name_every_organ() -> None:
    paper = replace(sample(), organs=(*sample().organs, "云岭县卫生健康局"))
    assert "".join(texts(paper)).count("云岭县卫生健康局") == 2


def test_text_is_data_and_never_a_command() -> None:
    hostile = '#read("paper.typ") #panic("x") $x$ *b* _i_ \\ @a <b> [c] `d`'
    paper = replace(sample(), title=hostile, blocks=(Paragraph(hostile),))
    assert '#read("paper.typ")#panic("x")' in texts(paper)[0]


def test_rare_characters_are_printed() -> None:
    paper = replace(sample(), blocks=(Paragraph("㛃𬱖䶮堃喆赟翀龑"),))
    assert "㛃𬱖䶮堃喆赟翀龑" in texts(paper)[0]


def test_substituted_faces_are_named() -> None:
    families = frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC", "FangSong"})
    found = {one.wanted: one.used for one in fonts.substitutions(families)}
    assert found["黑体"] == "Noto Sans CJK SC"
    assert found["仿宋_GB2312"] == "FangSong"
    official = frozenset({"方正小标宋简体", "FangSong_GB2312", "KaiTi_GB2312", "SimHei", "SimSun"})
    assert fonts.substitutions(official) == []
    own = {"body": "FangSong\uff0cNoto Serif CJK SC"}
    assert fonts.chosen(families, own)["body"][0] == "FangSong"
    assert fonts.chosen(frozenset({"DejaVu Sans"}))["body"] == ["DejaVu Sans"]
