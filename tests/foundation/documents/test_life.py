"""The life of a paper: who may do what, what each step leaves, what can never change."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from docx import Document

from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.documents.actions import issuing
from pingzhan.foundation.documents.actions.composing import Wording
from pingzhan.foundation.documents.actions.numbering import number_runs
from pingzhan.foundation.documents.content import Paragraph
from pingzhan.foundation.documents.enums import NumberState, PaperState
from pingzhan.foundation.documents.models import Counter, IssuedPaper, Number, Organ, Paper
from pingzhan.foundation.documents.papers import (
    PaperKind,
    draft_paper,
    edit_paper,
    file_paper,
    issue_paper,
    papers_of,
    parse,
    return_paper,
    submit_paper,
    void_paper,
    withdraw_paper,
)
from pingzhan.foundation.options import registry as options
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, Refused
from tests.foundation.documents.conftest import MakeActor, draft, make_organ

pytestmark = pytest.mark.django_db

WRITERS = {Role.CLERK}
ISSUERS = {Role.CLERK, Role.LEADER}


def wording(paper: Paper, **more: Any) -> Wording:
    return replace(Wording(PaperKind(paper.kind), paper.title, paper.paper.blocks), **more)


@pytest.mark.parametrize("role", list(Role))
def test_who_drafts(role: Role, organ: Organ, actor_with: MakeActor) -> None:
    if role in WRITERS:
        assert draft(actor_with(role)).state == PaperState.DRAFT
    else:
        with pytest.raises(Refused):
            draft(actor_with(role))


@pytest.mark.parametrize("role", list(Role))
def test_who_signs(role: Role, handed_in: Paper, actor_with: MakeActor) -> None:
    if role in ISSUERS:
        assert issue_paper(paper=handed_in, edition=1, by=actor_with(role)).state == PaperState.ISSUED
    else:
        with pytest.raises(Refused):
            issue_paper(paper=handed_in, edition=1, by=actor_with(role))
        assert not Number.objects.exists()


def test_a_link_signs_nothing(handed_in: Paper) -> None:
    with pytest.raises(Refused):
        issue_paper(paper=handed_in, edition=1, by=link_actor(1, "某人"))


def test_the_author_does_not_sign_unless_the_setting_allows(handed_in: Paper, clerk: Actor) -> None:
    with pytest.raises(Refused) as refused:
        issue_paper(paper=handed_in, edition=1, by=clerk)
    assert refused.value.code == "own_paper"
    options.store("documents.two_persons", False, by_name="试验")
    assert issue_paper(paper=handed_in, edition=1, by=clerk).state == PaperState.ISSUED


def test_a_right_elsewhere_does_not_help(actor_with: MakeActor) -> None:
    make_organ("东区办公室", "/1/")
    with pytest.raises(Refused):
        draft(actor_with(Role.CLERK, path="/2/"), unit_path="/1/")
    made = draft(actor_with(Role.CLERK, path="/1/"), unit_path="/1/3/")
    assert made.organ.name == "东区办公室"
    assert list(Paper.objects.visible_to(actor_with(Role.CLERK, path="/2/"))) == []
    assert list(Paper.objects.visible_to(actor_with(Role.CLERK, path="/1/"))) == [made]
    assert list(Paper.objects.visible_to(actor_with(Role.OFFICIAL))) == []


def test_issuing_gives_number_date_files_and_a_trail(handed_in: Paper, leader: Actor) -> None:
    done = issue_paper(paper=handed_in, edition=1, by=leader)
    year = issuing.database_today().year
    assert done.number is not None
    assert done.number.text == f"云开管发〔{year}〕1号"
    issued = IssuedPaper.objects.get(paper=done)
    assert issued.docx_sha == hashlib.sha256(bytes(issued.docx)).hexdigest()
    text = "\n".join(one.text for one in Document(io.BytesIO(bytes(issued.docx))).paragraphs)
    assert f"云开管发〔{year}〕1号" in text
    assert "关于开展检查的通知" in text
    assert bytes(issued.pdf).startswith(b"%PDF-")
    line = AuditRecord.objects.get(verb="document.issued")
    assert line.body == {"number": done.number.text, "docx_sha": issued.docx_sha, "edition": 1}
    assert done.paper.dated == issuing.database_today()


def test_a_draft_is_not_signed_before_it_was_checked(paper: Paper, leader: Actor) -> None:
    with pytest.raises(Conflict):
        issue_paper(paper=paper, edition=1, by=leader)


def test_what_was_signed_is_what_was_read(handed_in: Paper, clerk: Actor, leader: Actor) -> None:
    return_paper(paper=handed_in, remark="请改标题", by=leader)
    edited = edit_paper(paper=handed_in, wording=wording(handed_in, title="另一个标题"), edition=1, by=clerk)
    submit_paper(paper=edited, edition=2, by=clerk)
    with pytest.raises(Conflict) as conflict:
        issue_paper(paper=handed_in, edition=1, by=leader)
    assert conflict.value.code == "edition"


def test_two_writers_do_not_overwrite_each_other(paper: Paper, clerk: Actor) -> None:
    edit_paper(paper=paper, wording=wording(paper, title="甲改的标题"), edition=1, by=clerk)
    with pytest.raises(Conflict):
        edit_paper(paper=paper, wording=wording(paper, title="乙改的标题"), edition=1, by=clerk)
    paper.refresh_from_db()
    assert paper.title == "甲改的标题"


def test_a_failure_after_the_number_gives_it_back(
    handed_in: Paper, leader: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr(issuing, "docx_of", broken)
    with pytest.raises(OSError, match="disk full"):
        issue_paper(paper=handed_in, edition=1, by=leader)
    monkeypatch.undo()
    done = issue_paper(paper=handed_in, edition=1, by=leader)
    assert done.number is not None
    assert done.number.number == 1


def test_void_keeps_its_place_and_its_reason(handed_in: Paper, leader: Actor, clerk: Actor) -> None:
    done = issue_paper(paper=handed_in, edition=1, by=leader)
    with pytest.raises(Invalid):
        void_paper(paper=done, reason="  ", by=leader)
    void = void_paper(paper=done, reason="内容有误", by=leader)
    assert void.number is not None
    assert (void.state, void.number.state, void.number.reason) == (
        PaperState.VOID,
        NumberState.VOID,
        "内容有误",
    )
    other = submit_paper(paper=draft(clerk), edition=1, by=clerk)
    again = issue_paper(paper=other, edition=1, by=leader)
    assert again.number is not None
    assert again.number.number == 2
    (run,) = number_runs([done.organ])
    assert (run.first, run.last, run.given, run.void, run.missing) == (1, 2, 2, 1, 0)
    steps: list[Callable[[], Paper]] = [
        lambda: void_paper(paper=void, reason="再次", by=leader),
        lambda: file_paper(paper=void, by=clerk),
        lambda: withdraw_paper(paper=void, by=clerk),
    ]
    for step in steps:
        with pytest.raises(Conflict):
            step()


def test_numbers_given_by_hand_are_not_given_again(organ: Organ, handed_in: Paper, leader: Actor) -> None:
    series = organ.series.get(code="云开管发")
    year = issuing.database_today().year
    Counter.objects.create(series=series, year=year, start=46, last=46)
    done = issue_paper(paper=handed_in, edition=1, by=leader)
    assert done.number is not None
    assert done.number.text == f"云开管发〔{year}〕47号"
    (run,) = number_runs([organ])
    assert (run.first, run.last, run.missing) == (47, 47, 0)


@pytest.mark.parametrize("days", [1, -31])
def test_no_date_to_come_and_none_long_past(handed_in: Paper, leader: Actor, days: int) -> None:
    day = issuing.database_today() + timedelta(days=days)
    with pytest.raises(Invalid):
        issue_paper(paper=handed_in, edition=1, signed_on=day, by=leader)


def test_withdrawn_papers_have_no_number(paper: Paper, clerk: Actor) -> None:
    assert withdraw_paper(paper=paper, by=clerk).state == PaperState.WITHDRAWN
    assert not Number.objects.exists()


def test_sending_back_needs_a_reason(handed_in: Paper, leader: Actor) -> None:
    with pytest.raises(Invalid):
        return_paper(paper=handed_in, remark="", by=leader)
    assert return_paper(paper=handed_in, remark="请补依据", by=leader).remark == "请补依据"


@pytest.mark.parametrize("text", ["机密★1年", "秘密", "绝密 ★"])
def test_state_secrets_are_refused(organ: Organ, clerk: Actor, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft_paper(PaperKind.NOTICE, "标题", (Paragraph(text),), by=clerk)
    assert refused.value.code == "classified"


def test_open_blanks_are_not_handed_in(organ: Organ, clerk: Actor) -> None:
    made = draft_paper(
        PaperKind.NOTICE, "关于{{单位}}的通知", parse("请{{单位}}于{{日期}}前报送。"), by=clerk
    )
    with pytest.raises(Invalid) as refused:
        submit_paper(paper=made, edition=1, by=clerk)
    assert "单位、日期" in refused.value.message


def test_modules_find_what_they_made(organ: Organ, clerk: Actor) -> None:
    made = draft(clerk, source=("activation", 12), recipients=("各片区\x3a",))
    assert list(papers_of("activation", 12)) == [made]
    assert made.paper.recipients == ("各片区",)


def test_without_an_organ_there_is_no_paper(clerk: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        draft(clerk)
    assert refused.value.code == "no_organ"


CHANGES = [
    "UPDATE documents_paper SET title = 'x'",
    "UPDATE documents_paper SET content = '{}'",
    "UPDATE documents_paper SET state = 'draft', number_id = NULL, issued_at = NULL",
    "DELETE FROM documents_paper",
    "UPDATE documents_issuedpaper SET docx_sha = 'x'",
    "DELETE FROM documents_issuedpaper",
    "UPDATE documents_number SET number = 7",
    "UPDATE documents_number SET text = 'x'",
    "DELETE FROM documents_number",
    "UPDATE documents_counter SET last = 9",
    "UPDATE documents_counter SET last = 0",
    "DELETE FROM documents_counter",
    "INSERT INTO documents_number (series_id, year, number, text, state, reason, given_by_name)"
    " SELECT series_id, year, 5, 'x', 'used', '', 'x' FROM documents_number",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_plain_sql_changes_nothing_that_was_issued(handed_in: Paper, leader: Actor, statement: str) -> None:
    issue_paper(paper=handed_in, edition=1, by=leader)
    with (
        pytest.raises((IntegrityError, InternalError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_counter_without_its_number_is_refused_at_the_commit(handed_in: Paper, leader: Actor) -> None:
    issue_paper(paper=handed_in, edition=1, by=leader)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE documents_counter SET last = last + 1")
        with pytest.raises(IntegrityError, match="没有登记该号"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_every_refusal_names_what_to_do(paper: Paper, leader: Actor) -> None:
    with pytest.raises(DomainError) as refused:
        issue_paper(paper=paper, edition=1, by=leader)
    assert refused.value.hint
