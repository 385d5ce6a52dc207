"""Templates: what an upload may contain, what a field gives, and that versions stay."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.documents.actions.templates import (
    save_text_template,
    save_word_template,
    switch_template,
)
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.models import Organ, TemplateVersion
from pingzhan.foundation.documents.papers import PaperKind, issue_paper, submit_paper
from pingzhan.foundation.documents.templating import guard
from pingzhan.foundation.documents.templating.fields import NAMES
from pingzhan.foundation.documents.templating.filling import examine, fill
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.templating.texts import blanks, filled
from pingzhan.foundation.documents.word import write_docx
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.foundation.documents.conftest import MakeActor, draft


def template(*lines: str) -> bytes:
    document = Document()
    for line in lines or ("{{ 红头 }}", "{{ 标题 }}", "{{ 正文 }}"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rezipped(data: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def put(name: str, content: bytes) -> bytes:
    return rezipped(template(), lambda parts: parts.update({name: content}))


def swap(name: str, old: bytes, new: bytes) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return rezipped(template(), change)


DOCUMENT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
WIDE = ('<?xml version="1.0" encoding="UTF-16"?>' + XXE.decode() + "<x/>").encode("utf-16")
FETCH = b'<w:p><w:r><w:instrText>INCLUDETEXT "x"</w:instrText></w:r></w:p>'
PLAIN_TYPE = b"wordprocessingml.document.main+xml"
REMOTE = (
    b'<Relationship Id="r99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
    b' Target="http://198.51.100.7/x.png" TargetMode="External"/></Relationships>'
)
HARMFUL: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: put("word/media/x.xml", b"<a>" + b" " * (30 * 1024 * 1024) + b"</a>"),
    "macro": lambda: put("word/vbaProject.bin", b"x"),
    "embedded": lambda: put("word/embeddings/oleObject1.bin", b"x"),
    "doctype": lambda: swap(DOCUMENT, b"<w:document", XXE + b"<w:document"),
    "doctype_wide": lambda: put("word/custom.xml", WIDE),
    "external": lambda: swap(RELATIONS, b"</Relationships>", REMOTE),
    "field": lambda: swap(DOCUMENT, b"<w:body>", b"<w:body>" + FETCH),
    "dde": lambda: swap(DOCUMENT, b"<w:body>", b'<w:body><w:p><w:fldSimple w:instr="DDEAUTO c:\\x"/></w:p>'),
    "macro_type": lambda: swap("[Content_Types].xml", PLAIN_TYPE, b"x.document.macroEnabled.main+xml"),
    "climbing": lambda: put("word/../../x.xml", b"<x/>"),
    "not_xml": lambda: put("word/custom.xml", b"<x>"),
    "not_zip": lambda: b"%PDF-1.7",
    "old_word": lambda: b"\xd0\xcf\x11\xe0" + bytes(100),
    "cut": lambda: template()[:-200],
    "spreadsheet": lambda: rezipped(template(), lambda parts: parts.pop(DOCUMENT)),
    "many": lambda: rezipped(template(), lambda parts: parts.update({f"word/m{n}.xml": b"<x/>" for n in range(400)})),
    "large": lambda: template() + bytes(guard.MAX_BYTES),
}  # fmt: skip


@pytest.mark.parametrize("harm", sorted(HARMFUL))
def test_harmful_files_are_refused(harm: str) -> None:
    with pytest.raises(Invalid) as refused:
        examine(HARMFUL[harm](), sample())
    assert refused.value.hint
    assert refused.value.code.startswith("template_")


def test_a_directory_that_lies_does_not_help() -> None:
    """The reader stops at the limit whatever size the directory admits."""
    data = put("word/media/x.bin", bytes(30 * 1024 * 1024))
    low = data.replace((30 * 1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert low != data
    with pytest.raises(Invalid):
        guard.check(low)


def test_what_word_itself_writes_is_accepted() -> None:
    guard.check(template())
    guard.check(write_docx(sample()))


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ 标题.__class__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ 标题|attr('x') }}",
        "{{ 标题() }}",
        "{{ 9999999 * '9' }}",
        "{% for n in range(10) %}{{ n }}{% endfor %}",
        "{% set 标题 = 1 %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% macro m() %}{% endmacro %}",
        "{% for 名 in 附件列表 recursive %}{{ 名 }}{% endfor %}",
        "{{ 标题",
    ],
)
def test_a_template_places_text_and_nothing_else(text: str) -> None:
    with pytest.raises(Invalid):
        examine(template("{{ 正文 }}", text), sample())


def test_unknown_fields_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        examine(template("{{ 正文 }}", "{{ 单位 }} {{ 电话 }}"), sample())
    assert "单位、电话" in refused.value.message


def test_a_template_needs_a_place_for_the_body() -> None:
    with pytest.raises(Invalid) as refused:
        examine(template("{{ 标题 }}"), sample())
    assert refused.value.code == "template_no_body"


LIST = ("{%p for 名 in 附件列表 %}", "{{ 名 }}", "{%p endfor %}")


def test_every_documented_field_works() -> None:
    lines = [f"{{{{ {name} }}}}" for name in sorted(NAMES - {"附件列表"})]
    used, made = examine(
        template(
            *lines, "{%p for 名 in 附件列表 %}", "{{ 名 }}", "{%p endfor %}", "{% if 附注 %}有{% endif %}"
        ),
        sample(),
    )
    assert set(used) == NAMES
    text = [one.text for one in Document(io.BytesIO(made)).paragraphs]
    assert {"晨检登记表", "联系人名单", "云开管发〔2026〕47号", "有"} <= set(text)


def test_the_body_is_laid_out_with_headings_and_tables() -> None:
    made = Document(io.BytesIO(fill(template("前", "{{ 正文 }}", "后"), sample())))
    texts = [one.text for one in made.paragraphs]
    assert (texts[0], texts[-1]) == ("前", "后")
    assert texts[2] == "一、压实责任"
    assert [cell.text for cell in made.tables[0].rows[1].cells] == ["东片区", "5", "林知远"]


def test_names_with_marks_of_xml_come_through() -> None:
    from dataclasses import replace

    paper: PaperContent = replace(sample(), organs=("明湖<A&B>有限公司",))
    made = Document(io.BytesIO(fill(template("{{ 发文机关 }}", "{{ 正文 }}"), paper)))
    assert made.paragraphs[0].text == "明湖<A&B>有限公司"


def test_field_text_is_not_read_as_a_template() -> None:
    from dataclasses import replace

    made = Document(
        io.BytesIO(fill(template("{{ 标题 }}", "{{ 正文 }}"), replace(sample(), title="{{ 主送 }}")))
    )
    assert made.paragraphs[0].text == "{{ 主送 }}"


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_who_changes_templates(actor_with: MakeActor, role: Role) -> None:
    actor = actor_with(role)
    if role is Role.CLERK:
        assert (
            save_word_template(name="甲", paper_kind=PaperKind.NOTICE, file=template(), by=actor).number == 1
        )
        return
    with pytest.raises(Refused):
        save_word_template(name="甲", paper_kind=PaperKind.NOTICE, file=template(), by=actor)
    with pytest.raises(Refused):
        save_text_template(name="甲", paper_kind=PaperKind.NOTICE, title="", body="x", by=actor)
    assert not TemplateVersion.objects.exists()


@pytest.mark.django_db
def test_versions_are_kept_and_equal_ones_refused(clerk: Actor) -> None:
    first = save_text_template(
        name="检查", paper_kind=PaperKind.NOTICE, title="", body="请{{单位}}自查。", by=clerk
    )
    second = save_text_template(name="检查", paper_kind=PaperKind.NOTICE, title="", body="请自查。", by=clerk)
    assert (first.number, first.fields, second.number, second.fields) == (1, ["单位"], 2, [])
    with pytest.raises(Conflict):
        save_text_template(name="检查", paper_kind=PaperKind.NOTICE, title="", body="请自查。", by=clerk)
    assert [one.body for one in first.template.versions.order_by("number")] == [
        "请{{单位}}自查。",
        "请自查。",
    ]
    assert switch_template(template=first.template, active=False, by=clerk).active is False


@pytest.mark.django_db
def test_a_paper_is_issued_in_the_clerks_template(organ: Organ, clerk: Actor, leader: Actor) -> None:
    version = save_word_template(
        name="甲",
        paper_kind=PaperKind.NOTICE,
        file=template("本区专用版式", "{{ 发文字号 }}", "{{ 正文 }}"),
        by=clerk,
    )
    made = submit_paper(paper=draft(clerk, template=version), edition=1, by=clerk)
    done = issue_paper(paper=made, edition=1, by=leader)
    texts = [one.text for one in Document(io.BytesIO(bytes(done.issued.docx))).paragraphs]
    assert texts[0] == "本区专用版式"
    assert done.number is not None
    assert texts[1] == done.number.text


def test_blanks() -> None:
    assert blanks("关于{{单位}}的通知", "请{{ 单位 }}于{{日期}}前报。") == ["单位", "日期"]
    assert filled("请{{ 单位 }}于{{日期}}前报。", {"单位": "甲厂", "日期": " "}) == "请甲厂于{{日期}}前报。"
    for wrong in ("{{单 位}}", "{{", "}}", "{{" + "长" * 21 + "}}"):
        with pytest.raises(Invalid):
            blanks(wrong)
    with pytest.raises(Invalid):
        blanks("".join(f"{{{{空{n}}}}}" for n in range(41)))
