"""公文: who opens the pages, what the steps do, and that nobody reads another's papers."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command.models import Activation
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.enums import NumberForm, PaperState
from pingzhan.foundation.documents.models import IssuedPaper, Number, Organ, Paper, Series, Template
from pingzhan.foundation.documents.papers import PaperKind, draft_paper, issue_paper, parse, submit_paper
from pingzhan.foundation.documents.templating.starter import starter
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn

READERS = {Role.CLERK, Role.LEADER}
WRITERS = {Role.CLERK}
ROOT = system_actor("试验")


@pytest.fixture
def organ(world: SmallZone) -> Organ:
    made = save_organ(
        name="云岭经济开发区管理委员会", mark="", printer="云岭办公室", unit_path=world.zone.path, by=ROOT
    )
    add_series(organ=made, code="云开管发", kinds=[PaperKind.NOTICE], by=ROOT)
    add_series(organ=made, code="应急工作日报", kinds=[PaperKind.DAILY], form=NumberForm.ISSUE, by=ROOT)
    return made


@pytest.fixture
def paper(organ: Organ) -> Paper:
    return make(organ)


def make(organ: Organ, title: str = "关于开展检查的通知") -> Paper:
    return draft_paper(
        PaperKind.NOTICE,
        title,
        parse("请自查。\n特此通知。"),
        by=ROOT,
        organ=organ,
        unit_path=organ.unit_path,
    )


def typed(organ: Organ, **more: str) -> dict[str, str]:
    return {
        "kind": "notice",
        "organ": str(organ.pk),
        "title": "关于报送情况的通知",
        "recipients": "各企业",
        "body": "请各企业报送情况:\n1、晨检(每日)。\n特此通知。",
        **more,
    }


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/documents/", "/documents/numbers/", "/documents/templates/"])
def test_who_reads(sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in READERS else 403)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/documents/new/", "/documents/organs/", "/documents/templates/text/"])
def test_who_writes(sign_in: SignIn, role: Role, address: str, world: SmallZone) -> None:
    del world
    assert sign_in(role).get(address).status_code == (200 if role in WRITERS else 403)


@pytest.mark.django_db
def test_visitor_is_sent_to_sign_in(client: Client) -> None:
    for address in ("/documents/", "/documents/new/", "/documents/1/", "/documents/1/paper.docx"):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


GETS = ["documents:detail", "documents:edit", "documents:docx", "documents:pdf"]
POSTS = [
    "documents:submit",
    "documents:return",
    "documents:issue",
    "documents:file_away",
    "documents:withdraw",
    "documents:void",
]


@pytest.mark.parametrize("step", GETS + POSTS)
def test_papers_of_others_do_not_exist(sign_in: SignIn, paper: Paper, world: SmallZone, step: str) -> None:
    """A clerk of one enterprise finds none of the zone's papers, whatever he does."""
    stranger = sign_in(Role.CLERK, path=world.firms[0].path)
    address = reverse(step, args=[paper.pk])
    answer = stranger.get(address) if step in GETS else stranger.post(address, {"edition": "1"})
    assert answer.status_code == 404
    paper.refresh_from_db()
    assert paper.state == PaperState.DRAFT
    assert str(paper) not in stranger.get("/documents/").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
@pytest.mark.parametrize("step", GETS + POSTS)
def test_other_roles_are_refused(sign_in: SignIn, paper: Paper, step: str, role: Role) -> None:
    address, client = reverse(step, args=[paper.pk]), sign_in(role)
    answer = client.get(address) if step in GETS else client.post(address, {"edition": "1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("step", POSTS)
def test_steps_are_posted(sign_in: SignIn, paper: Paper, step: str) -> None:
    assert sign_in(Role.CLERK).get(reverse(step, args=[paper.pk])).status_code == 405


def test_from_draft_to_file(sign_in: SignIn, organ: Organ) -> None:
    clerk, leader = sign_in(Role.CLERK), sign_in(Role.LEADER)
    written = clerk.post("/documents/new/", typed(organ), follow=True)
    assert "4 处标点已改为全角" in written.content.decode()
    paper = Paper.objects.get()
    assert [one.text for one in paper.paper.blocks if hasattr(one, "text")][1] == "1.晨检\uff08每日\uff09。"
    page = f"/documents/{paper.pk}/"
    assert 'src="data:image/png;base64,' in clerk.get(page).content.decode()
    clerk.post(page + "submit/", {"edition": "1"})
    assert clerk.post(page + "issue/", {"edition": "1", "signed_on": _today()}).status_code == 403
    leader.post(page + "return/", {"remark": "请写明时间"})
    assert "请写明时间" in clerk.get(page + "edit/").content.decode()
    clerk.post(page + "edit/", typed(organ, body="请于明日报送。\n特此通知。", edition="1"))
    clerk.post(page + "submit/", {"edition": "2"})
    done = leader.post(page + "issue/", {"edition": "2", "signed_on": _today()}, follow=True).content.decode()
    number = Number.objects.get()
    assert number.text in done
    issued = IssuedPaper.objects.get()
    word = clerk.get(page + "paper.docx")
    assert hashlib.sha256(word.content).hexdigest() == issued.docx_sha
    assert "请于明日报送。" in [one.text for one in Document(io.BytesIO(word.content)).paragraphs]
    assert clerk.get(page + "paper.pdf").content == bytes(issued.pdf)
    assert "attachment" in word.headers["Content-Disposition"]
    clerk.post(page + "file/")
    leader.post(page + "void/", {"reason": "内容有误"})
    paper.refresh_from_db()
    assert paper.state == PaperState.VOID
    book = clerk.get("/documents/numbers/").content.decode()
    assert "内容有误" in book
    assert "连续，无缺号" in book


def _today() -> str:
    from pingzhan.foundation.documents.actions.issuing import database_today

    return database_today().isoformat()


def test_a_date_to_come_is_422(sign_in: SignIn, paper: Paper) -> None:
    submit_paper(paper=paper, edition=1, by=ROOT)
    answer = sign_in(Role.LEADER).post(
        f"/documents/{paper.pk}/issue/", {"edition": "1", "signed_on": "2999-01-01"}
    )
    assert answer.status_code == 422
    assert not Number.objects.exists()


def test_the_second_writer_keeps_his_text(sign_in: SignIn, organ: Organ, paper: Paper) -> None:
    clerk = sign_in(Role.CLERK)
    clerk.post(f"/documents/{paper.pk}/edit/", typed(organ, edition="1"))
    late = clerk.post(f"/documents/{paper.pk}/edit/", typed(organ, edition="1", body="后到的文字。"))
    assert late.status_code == 422
    text = late.content.decode()
    assert "后到的文字。" in text
    assert "刚被别人修改过" in text


def test_preview_shows_pages_and_mended_marks_and_stores_nothing(sign_in: SignIn, organ: Organ) -> None:
    answer = sign_in(Role.CLERK).post("/documents/preview/", typed(organ), headers=HTMX)
    text = answer.content.decode()
    assert "data:image/png;base64," in text
    assert "<del>:</del><ins>\uff1a</ins>" in text
    assert not Paper.objects.exists()
    empty = sign_in(Role.CLERK).post("/documents/preview/", {"title": ""}, headers=HTMX)
    assert (empty.status_code, "data:image" in empty.content.decode()) == (200, False)


def test_preview_says_what_is_refused(sign_in: SignIn, organ: Organ) -> None:
    answer = sign_in(Role.CLERK).post("/documents/preview/", typed(organ, body="机密★1年"), headers=HTMX)
    assert "涉密公文不得在本系统" in answer.content.decode()


def test_what_a_clerk_types_is_escaped(sign_in: SignIn, organ: Organ) -> None:
    clerk = sign_in(Role.CLERK)
    clerk.post("/documents/new/", typed(organ, title="<script>alert(1)</script>通知"))
    paper = Paper.objects.get()
    for address in ("/documents/", f"/documents/{paper.pk}/", f"/documents/{paper.pk}/edit/"):
        assert "<script>alert" not in clerk.get(address).content.decode()


def test_the_register_is_searched(sign_in: SignIn, organ: Organ) -> None:
    make(organ, "关于甲事的通知")
    make(organ, "关于乙事的通知")
    text = sign_in(Role.CLERK).get("/documents/", {"q": "甲事"}, headers=HTMX).content.decode()
    assert text.lstrip().startswith('<div id="register">')
    assert ("甲事" in text, "乙事" in text) == (True, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_of_the_register(
    sign_in: SignIn, organ: Organ, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.CLERK)
    for n in range(rows):
        made = submit_paper(paper=make(organ, f"第{n}件"), edition=1, by=ROOT)
        issue_paper(paper=made, edition=1, by=ROOT)
    client.get("/documents/", headers=HTMX)
    with django_assert_num_queries(6):
        client.get("/documents/", headers=HTMX)


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_of_the_numbers(
    sign_in: SignIn, organ: Organ, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.CLERK)
    for n in range(rows):
        made = submit_paper(paper=make(organ, f"第{n}件"), edition=1, by=ROOT)
        issue_paper(paper=made, edition=1, by=ROOT)
    client.get("/documents/numbers/")
    with django_assert_num_queries(11):
        client.get("/documents/numbers/")


def test_activation_becomes_a_notice_once(sign_in: SignIn, organ: Organ, emergency: SmallZone) -> None:
    clerk = sign_in(Role.CLERK)
    activation = Activation.objects.get(ended_at=None)
    assert "启动应急响应的通知" in clerk.get("/documents/new/").content.decode()
    for _ in range(2):
        clerk.post(f"/documents/from/order/{activation.pk}/")
    made = Paper.objects.get()
    assert made.title.endswith("启动Ⅱ级应急响应的通知")
    assert (made.source_kind, made.source_id) == ("activation", str(activation.pk))
    text = str(made.content)
    for words in (emergency.zone.name, "试发〔2026〕1号", "战时状态"):
        assert words in text
    table = next(one for one in made.paper.blocks if hasattr(one, "rows"))
    assert len(table.rows) > 1
    assert all(cell.isdigit() for row in table.rows[1:] for cell in row[1:])
    assert (
        sign_in(Role.CLERK, path=emergency.firms[0].path)
        .post(f"/documents/from/order/{activation.pk}/")
        .status_code
        == 404
    )
    assert sign_in(Role.LEADER).post(f"/documents/from/order/{activation.pk}/").status_code == 403


def test_daily_report_has_figures_and_blanks(sign_in: SignIn, organ: Organ, emergency: SmallZone) -> None:
    clerk = sign_in(Role.CLERK)
    for _ in range(2):
        clerk.post("/documents/from/day/", {"zone": emergency.zone.pk})
    made = Paper.objects.get()
    assert made.kind == PaperKind.DAILY
    assert "战时Ⅱ级" in str(made.content)
    answer = clerk.post(f"/documents/{made.pk}/submit/", {"edition": "1"})
    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.state == PaperState.DRAFT
    assert organ.name in made.paper.organs


def test_organs_and_series_are_registered(sign_in: SignIn, world: SmallZone) -> None:
    clerk = sign_in(Role.CLERK)
    clerk.post(
        "/documents/organs/", {"name": "东区办公室", "mark": "", "printer": "", "unit_path": world.zone.path}
    )
    organ = Organ.objects.get()
    assert organ.mark == "东区办公室文件"
    series = {"code": "东办发", "form": "number", "kinds": ["notice"], "used_up_to": "46"}
    clerk.post(f"/documents/organs/{organ.pk}/series/", series)
    assert Series.objects.get().counters.get().start == 46
    again = clerk.post(f"/documents/organs/{organ.pk}/series/", series)
    assert again.status_code == 422
    assert "1–46" in clerk.get("/documents/numbers/").content.decode()
    stranger = sign_in(Role.CLERK, path=world.firms[0].path)
    assert stranger.post(f"/documents/organs/{organ.pk}/series/", series).status_code == 404
    assert (
        stranger.post(
            "/documents/organs/", {"name": "甲", "mark": "", "printer": "", "unit_path": world.zone.path}
        ).status_code
        == 422
    )


def upload(client: Client, data: bytes, name: str = "t.docx") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(
        "/documents/templates/upload/", {"name": "本区版式", "paper_kind": "notice", "file": file}
    )


def test_word_template_from_example_to_paper(sign_in: SignIn, organ: Organ) -> None:
    clerk = sign_in(Role.CLERK)
    assert clerk.get("/documents/templates/example.docx").content[:2] == b"PK"
    example = starter()
    assert upload(clerk, example).status_code == 302
    template = Template.objects.get()
    page = clerk.get(f"/documents/templates/{template.pk}/").content.decode()
    assert "附件列表" in page
    sample = clerk.get(reverse("documents:template_sample", args=[template.pk, 1]))
    assert "晨检登记表" in "".join(one.text for one in Document(io.BytesIO(sample.content)).paragraphs)
    assert clerk.get(f"/documents/templates/{template.pk}/1/file/").content == example
    assert clerk.get(f"/documents/templates/{template.pk}/2/file/").status_code == 404
    version = template.versions.get()
    clerk.post("/documents/new/", typed(organ, template=str(version.pk)))
    assert Paper.objects.get().template_id == version.pk
    clerk.post(f"/documents/templates/{template.pk}/switch/", {"active": "0"})
    template.refresh_from_db()
    assert template.active is False


def test_unfit_uploads_are_named_and_not_stored(sign_in: SignIn, world: SmallZone) -> None:
    del world
    answer = upload(sign_in(Role.CLERK), b"MZ not a document")
    assert answer.status_code == 422
    assert "不是 Word 文档" in answer.content.decode()
    assert upload(sign_in(Role.LEADER), starter()).status_code == 403
    assert not Template.objects.exists()


def test_text_template_is_written_and_filled(sign_in: SignIn, organ: Organ) -> None:
    clerk = sign_in(Role.CLERK)
    values = {
        "name": "检查通知",
        "paper_kind": "notice",
        "title": "关于{{事项}}的通知",
        "body": "请{{单位}}自查。",
    }
    clerk.post("/documents/templates/text/", values)
    template = Template.objects.get()
    assert clerk.post("/documents/templates/text/", values).status_code == 422
    assert (
        "请{{单位}}自查。" in clerk.get(f"/documents/templates/text/?template={template.pk}").content.decode()
    )
    page = clerk.get(f"/documents/new/?text={template.pk}&f0=消防&f1=甲厂").content.decode()
    assert "关于消防的通知" in page
    assert "请甲厂自查。" in page


def test_templates_of_others_do_not_exist(sign_in: SignIn, world: SmallZone, organ: Organ) -> None:
    del organ
    upload(sign_in(Role.CLERK), starter())
    template = Template.objects.get()
    Template.objects.update(unit_path=world.zone.path)
    stranger = sign_in(Role.CLERK, path=world.firms[0].path)
    base = f"/documents/templates/{template.pk}/"
    for address in (base, base + "1/file/", f"/documents/templates/text/?template={template.pk}"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(base + "switch/", {"active": "0"}).status_code == 404


@pytest.mark.parametrize("key", ["documents.papers", "documents.numbers"])
def test_registers_go_out_as_files(sign_in: SignIn, organ: Organ, key: str) -> None:
    made = submit_paper(paper=make(organ, "关于甲事的通知"), edition=1, by=ROOT)
    issue_paper(paper=made, edition=1, by=ROOT)
    answer = sign_in(Role.CLERK).get(reverse("exports:csv", args=[key]))
    assert "关于甲事的通知" in b"".join(answer).decode("utf-8-sig")
    assert sign_in(Role.OFFICIAL).get(reverse("exports:csv", args=[key])).status_code in (403, 404)
