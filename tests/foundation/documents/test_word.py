"""The .docx: what it names, that it is well formed, and, under ``long``, how LibreOffice sets it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from pingzhan.foundation.documents.content import PaperContent, Paragraph
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.templating.starter import starter
from pingzhan.foundation.documents.word import write_docx
from tests.foundation.documents.inking import A4_MM, BOTTOM, LEFT, RIGHT, TOP, Page, from_pgm, lines
from tests.foundation.documents.layouts import long_paper, short_ends

FOOT = A4_MM[1] - BOTTOM
TO_PDF = ("--headless", "--convert-to", "pdf")
Render = Callable[[PaperContent], list[Page]]


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert write_docx(sample()) == write_docx(sample())


def test_official_faces_and_measures_are_named() -> None:
    data = write_docx(sample())
    text = part(data, "word/document.xml")
    for face in ("方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"):
        assert f'w:eastAsia="{face}"' in text
    assert 'w:line="578" w:lineRule="exact"' in text  # 28.9 pt
    assert 'w:docGrid w:type="lines" w:linePitch="579"' in text
    assert 'w:spacing w:val="-5"' in text
    assert 'w:firstLineChars="200"' in text
    assert "云开管发\u30142026\u301547号" in text
    section = Document(io.BytesIO(data)).sections[0]
    margins = (section.top_margin, section.left_margin, section.right_margin)
    assert [round(one / 36000) for one in margins if one is not None] == [37, 28, 26]
    assert "w:evenAndOddHeaders" in part(data, "word/settings.xml")


def test_odd_and_even_footers_stand_on_the_outer_side() -> None:
    section = Document(io.BytesIO(write_docx(sample()))).sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]._p
        assert paragraph.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert "".join(one.text or "" for one in paragraph.iter(qn("w:t"))) == "\u2014 1 \u2014"
        assert [one.text.strip() for one in paragraph.iter(qn("w:instrText"))] == ["PAGE"]


def test_headings_stay_with_their_text_and_show_in_the_outline() -> None:
    document = Document(io.BytesIO(write_docx(sample())))
    (heading,) = [one for one in document.paragraphs if one.text == "一、压实责任"]
    properties = heading._p.get_or_add_pPr()
    assert properties.find(qn("w:keepNext")) is not None
    assert properties.find(qn("w:outlineLvl")).get(qn("w:val")) == "0"


@pytest.mark.parametrize("kind", list(PaperKind))
def test_properties_stand_in_the_order_of_the_schema(kind: PaperKind) -> None:
    """Word refuses a file whose paragraph properties are out of order."""
    from pingzhan.foundation.documents.word import oxml

    document = Document(io.BytesIO(write_docx(sample(kind))))
    for tag, order in (
        ("pPr", oxml._PARAGRAPH_ORDER),
        ("rPr", oxml._RUN_ORDER),
        ("sectPr", oxml._SECTION_ORDER),
    ):
        for properties in document.element.body.iter(qn(f"w:{tag}")):
            tags = [one.tag.rpartition("}")[2].replace("headerRef", "footerRef") for one in properties]
            names = [order.index(tag) for tag in tags]
            assert names == sorted(names)


def test_a_paper_with_marks_of_xml_is_well_formed() -> None:
    paper = replace(sample(), organs=("明湖<A&B>有限公司",), blocks=(Paragraph("<w:p/> & 'x' \"y\""),))
    texts = [one.text for one in Document(io.BytesIO(write_docx(paper))).paragraphs]
    assert "明湖<A&B>有限公司" in texts
    assert "<w:p/> & 'x' \"y\"" in texts


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Return ``render(paper)``: the pages of its .docx as LibreOffice prints them, as grey pictures."""
    office, poppler = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or poppler is None:
        pytest.skip(
            "没有 LibreOffice 或 poppler\uff1a请由管理员安装 libreoffice-writer-nogui 和 poppler-utils。"
        )
    home = tmp_path_factory.mktemp("office")

    def make(paper: PaperContent) -> list[Page]:
        folder = tmp_path_factory.mktemp("paper")
        (folder / "paper.docx").write_bytes(write_docx(paper))
        _run([office, f"-env:UserInstallation=file://{home}", *TO_PDF, "paper.docx"], folder)
        _run([poppler, "-r", "72", "-gray", "paper.pdf", "page"], folder)
        kept = os.environ.get("PZ_SHOTS")
        if kept:
            _run(
                [
                    poppler,
                    "-r",
                    "60",
                    "-png",
                    "paper.pdf",
                    str(Path(kept) / f"word-{paper.kind}-{folder.name}"),
                ],
                folder,
            )
        return [from_pgm(one.read_bytes()) for one in sorted(folder.glob("page-*.pgm"))]

    return make


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=180)


@pytest.mark.long
def test_office_22_lines_and_page_numbers_outside(render: Render) -> None:
    found = render(long_paper())
    assert len(found) >= 5
    for number, page in enumerate(found, 1):
        if 1 < number < len(found) - 1:
            assert lines(page) == 22, number
        (band,) = page.bands(FOOT + 3, FOOT + 12)
        left, right = page.span(*band)
        if number % 2:
            assert right == pytest.approx(A4_MM[0] - RIGHT - 14 / 72 * 25.4, abs=1.5)
            assert left > 150
        else:
            assert left == pytest.approx(LEFT + 14 / 72 * 25.4, abs=1.5)
            assert right < 60


@pytest.mark.long
def test_office_head_imprint_and_dashes_stand_in_place(render: Render) -> None:
    found = render(sample())
    mark = found[0].bands(TOP + 30, 125)[0]
    assert mark[0] - TOP == pytest.approx(35, abs=1.5)
    assert found[-1].bands(TOP, FOOT + 2)[-1][1] == pytest.approx(FOOT, abs=1.5)
    long = render(replace(long_paper(), copy_to=(), printer=""))
    (band,) = long[1].bands(FOOT + 3, FOOT + 12, LEFT, LEFT + 9)
    assert (band[0] + band[1]) / 2 - FOOT == pytest.approx(7, abs=0.8)


@pytest.mark.long
def test_office_letter(render: Render) -> None:
    found = render(long_paper(PaperKind.LETTER))
    rules = [band for band in found[0].bands(20, A4_MM[1] - 10) if found[0].span(*band)[0] < LEFT - 6]
    assert 2 <= len(rules) <= 4  # the two lines of a rule may touch at this resolution
    for band in rules:
        assert list(found[0].span(*band)) == pytest.approx([20, 190], abs=0.8)
    assert A4_MM[1] - rules[-1][1] == pytest.approx(20, abs=1.5)
    assert found[0].bands(20, 60)[0][0] == pytest.approx(30, abs=2.0)
    # No number on page 1: nothing but the rule stands under the type area.
    assert all(found[0].span(*band)[0] < LEFT - 6 for band in found[0].bands(FOOT + 2, A4_MM[1] - 5))
    assert found[1].bands(FOOT + 3, FOOT + 12)


@pytest.mark.long
@pytest.mark.parametrize("count", [4, 6, 7, 8, 9, 10, 30, 31])
def test_office_sign_off_never_stands_alone(render: Render, count: int) -> None:
    """The last page begins with text at the left, not with the organ at the right."""
    found = render(replace(short_ends(count), printer=""))
    if len(found) > 1:
        first = found[-1].bands(TOP - 1, FOOT)[0]
        assert found[-1].span(*first)[0] < 60


@pytest.mark.long
def test_office_opens_the_starter(render: Render, tmp_path: Path) -> None:
    del render
    (tmp_path / "starter.docx").write_bytes(starter())
    home = tmp_path / "home"
    _run(["soffice", f"-env:UserInstallation=file://{home}", *TO_PDF, "starter.docx"], tmp_path)
    assert (tmp_path / "starter.pdf").stat().st_size > 5000
