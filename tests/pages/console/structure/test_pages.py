"""The structure pages: what they show, what they refuse, and how many queries they take."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import FindingKind, FindingState, VersionStatus
from pingzhan.domain.organisation.models import (
    Group,
    Holding,
    Person,
    Post,
    StructureVersion,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with

from .conftest import SignIn

HTMX = {"HX-Request": "true"}


def refused(permission: Permission) -> list[Role]:
    return [role for role in Role if role not in roles_with(permission)]


@pytest.mark.parametrize("role", refused(Permission.VIEW_STRUCTURE))
def test_pages_refused_without_view(sign_in: SignIn, published: StructureVersion, role: Role) -> None:
    client = sign_in(role)
    for name, args in (("index", []), ("version", [published.pk]), ("diff", [published.pk])):
        assert client.get(reverse(f"structure:{name}", args=args)).status_code == 403


@pytest.mark.parametrize("role", refused(Permission.EDIT_STRUCTURE))
def test_editing_refused(sign_in: SignIn, draft: StructureVersion, role: Role) -> None:
    client = sign_in(role)
    group = draft.groups.get()
    gets = [
        reverse("structure:import"),
        reverse("structure:edit", args=[draft.pk]),
        reverse("structure:change", args=[draft.pk, "group-add"]),
        reverse("structure:change_row", args=[draft.pk, "post-add", group.pk]),
    ]
    posts = [
        reverse("structure:new"),
        reverse("structure:import"),
        reverse("structure:clone", args=[draft.base_id]),
        reverse("structure:discard", args=[draft.pk]),
        reverse("structure:answer", args=[draft.pk, 1]),
        reverse("structure:deputies", args=[draft.pk]),
        reverse("structure:enterprise_posts", args=[draft.pk]),
        reverse("structure:change", args=[draft.pk, "group-add"]),
        reverse("structure:remove", args=[draft.pk, "group", group.pk]),
    ]
    assert {client.get(url).status_code for url in gets} == {403}
    assert {client.post(url, {"name": "x", "title": "x"}).status_code for url in posts} == {403}
    assert StructureVersion.objects.count() == 2
    assert draft.groups.count() == 1


@pytest.mark.parametrize("role", refused(Permission.PUBLISH_STRUCTURE))
def test_publishing_and_waiving_refused(sign_in: SignIn, draft: StructureVersion, role: Role) -> None:
    client = sign_in(role)
    finding = draft.findings.all()[0]
    assert client.post(reverse("structure:publish", args=[draft.pk])).status_code == 403
    url = reverse("structure:waive", args=[draft.pk, finding.pk])
    assert client.post(url, {f"w{finding.pk}-reason": "x"}).status_code == 403
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.DUTY_OFFICER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_drafts_are_unknown_to_others(sign_in: SignIn, draft: StructureVersion, role: Role) -> None:
    client = sign_in(role)
    for name in ("draft", "version", "diff"):
        assert client.get(reverse(f"structure:{name}", args=[draft.pk])).status_code == 404


def test_a_visitor_is_sent_to_sign_in(client: Client, published: StructureVersion) -> None:
    answer = client.get(reverse("structure:index"))
    assert answer.status_code == 302
    assert "next=" in answer["Location"]


def test_index_and_version_show_the_structure(sign_in: SignIn, published: StructureVersion) -> None:
    client = sign_in(Role.OFFICIAL)
    page = client.get(reverse("structure:index")).content.decode()
    assert "试验指挥体系" in page
    assert "读入通知" not in page
    page = client.get(reverse("structure:version", args=[published.pk])).content.decode()
    for words in ("领导小组组长", "安若水", "白景行", "负责研判形势。", "内容未变", published.sha256):
        assert words in page


def test_hand_editing_through_the_pages(sign_in: SignIn, zone: Unit, people: list[Person]) -> None:
    client = sign_in(Role.ORGANISER)
    answer = client.post(reverse("structure:new"), {"zone": zone.code, "title": "手工编制"})
    draft = StructureVersion.objects.get()
    assert answer["Location"] == reverse("structure:edit", args=[draft.pk])

    def change(what: str, data: dict[str, Any], row: int | None = None) -> Any:
        args = [draft.pk, what] if row is None else [draft.pk, what, row]
        url = reverse("structure:change_row" if row else "structure:change", args=args)
        assert client.get(url, headers=HTMX).status_code == 200
        return client.post(url, data, headers=HTMX)

    answer = change("group-add", {"name": "领导小组", "kind": "leading"})
    assert answer["HX-Retarget"] == "#editor"
    group = Group.objects.get()
    post = {
        "name": "领导小组组长",
        "role": "head",
        "unit": zone.pk,
        "posture": "both",
        "level_at_least": 4,
        "min_seats": 1,
        "max_seats": 1,
        "critical": "on",
    }
    assert change("post-add", {**post, "max_seats": 0}, group.pk).status_code == 422
    answer = change("post-add", {**post, "min_seats": 5}, group.pk)
    assert answer.status_code == 422
    assert "最少席位不能多于最多席位" in answer.content.decode()
    assert change("post-add", post, group.pk).status_code == 200
    row = Post.objects.get()
    assert change("holder-add", {"person": people[0].pk}, row.pk).status_code == 200
    answer = change("holder-add", {"person": people[0].pk, "seat": "1"}, row.pk)
    assert answer.status_code == 422
    assert "已在这一岗位上" in answer.content.decode()
    assert change("holder-add", {"person": people[1].pk, "seat": "1"}, row.pk).status_code == 200
    assert change("clause-add", {"text": "负责统筹。"}, group.pk).status_code == 200
    assert change("post-change", {**post, "level_at_least": 2}, row.pk).status_code == 200
    assert change("person-add", {"name": "新来的", "kind": "official"}).status_code == 200
    assert change("draft", {"title": "改名", "basis_doc": "试发〔2026〕1号"}).status_code == 200
    second = Holding.objects.get(rank=1)
    answer = client.post(reverse("structure:remove", args=[draft.pk, "holder", second.pk]))
    assert answer["Location"] == reverse("structure:edit", args=[draft.pk])
    assert Holding.objects.count() == 1


def test_a_large_structure_is_edited_one_group_at_a_time(
    sign_in: SignIn, draft: StructureVersion, zone: Unit, root: Actor
) -> None:
    for name in ("宣传组", "物资组"):
        group = api.add_group(version=draft, name=name, by=root)
        Post.objects.bulk_create(
            Post(version=draft, group=group, code=f"{name}{n}", name=f"{name}岗{n}", unit=zone)
            for n in range(80)
        )
    client = sign_in(Role.ORGANISER)
    url = reverse("structure:edit", args=[draft.pk])
    assert "宣传组岗1" not in client.get(url).content.decode()
    code = draft.groups.get(name="物资组").code
    page = client.get(url, {"group": code}).content.decode()
    assert "物资组岗1" in page
    assert "宣传组岗1" not in page
    added = client.post(
        reverse("structure:change", args=[draft.pk, "person-add"]),
        {"name": "新来的", "kind": "official"},
        headers={**HTMX, "HX-Current-URL": f"http://testserver{url}?group={code}"},
    ).content.decode()
    assert "物资组岗1" in added


def test_findings_are_answered_and_the_draft_published(
    sign_in: SignIn, draft: StructureVersion, root: Actor, people: list[Person]
) -> None:
    api.remove_holding(holding=Holding.objects.get(post__version=draft, rank=1), by=root)
    client = sign_in(Role.ORGANISER)
    page = client.get(reverse("structure:draft", args=[draft.pk])).content.decode()
    assert "还有 1 个严重问题" in page
    finding = draft.findings.get(kind=FindingKind.CRITICAL_WITHOUT_SUBSTITUTE)
    url = reverse("structure:answer", args=[draft.pk, finding.pk])
    empty = client.post(url, {}, headers=HTMX)
    assert empty.status_code == 422
    assert "请选择替补人员" in empty.content.decode()
    assert client.post(url, {}).status_code == 422
    answered = client.post(url, {f"f{finding.pk}-person": people[2].pk}, headers=HTMX)
    assert answered.status_code == 200
    assert "严重问题，答复" not in answered.content.decode()
    answer = client.post(reverse("structure:publish", args=[draft.pk]), follow=True)
    assert "已发布，现在生效" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == VersionStatus.PUBLISHED
    assert client.get(reverse("structure:draft", args=[draft.pk])).status_code == 302
    assert client.get(reverse("structure:edit", args=[draft.pk])).status_code == 409


def test_publishing_with_an_open_question_says_which(
    sign_in: SignIn, draft: StructureVersion, root: Actor
) -> None:
    api.remove_holding(holding=Holding.objects.get(post__version=draft, rank=1), by=root)
    client = sign_in(Role.ORGANISER)
    page = client.post(reverse("structure:publish", args=[draft.pk]), follow=True).content.decode()
    assert "没有替补" in page
    finding = draft.findings.get(kind=FindingKind.CRITICAL_WITHOUT_SUBSTITUTE)
    url = reverse("structure:waive", args=[draft.pk, finding.pk])
    assert client.post(url, {f"w{finding.pk}-reason": ""}, headers=HTMX).status_code == 422
    assert client.post(url, {f"w{finding.pk}-reason": "正在任命"}, headers=HTMX).status_code == 200
    finding.refresh_from_db()
    assert (finding.state, finding.answered_by_name) == (FindingState.WAIVED, "某人")


def test_difference_in_words(
    sign_in: SignIn, published: StructureVersion, draft: StructureVersion, root: Actor
) -> None:
    client = sign_in(Role.LEADER)
    url = reverse("structure:diff", args=[draft.pk])
    assert "两版内容相同" in client.get(url).content.decode()
    api.add_group(version=draft, name="宣传组", by=root)
    assert "新设工作组“宣传组”。" in client.get(url, {"to": published.pk}).content.decode()
    assert client.get(url, {"to": 999}).status_code == 422


def test_discard(sign_in: SignIn, draft: StructureVersion) -> None:
    client = sign_in(Role.ORGANISER)
    client.post(reverse("structure:discard", args=[draft.pk]))
    assert not StructureVersion.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("通知.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".docx"),
        ("通知.txt", b"", "空"),
        ("通知.exe", b"MZ", "docx"),
    ],
)
def test_refusals_are_shown_at_the_field(
    sign_in: SignIn, zone: Unit, name: str, content: bytes, words: str
) -> None:
    client = sign_in(Role.ORGANISER)
    answer = client.post(reverse("structure:import"), {"file": SimpleUploadedFile(name, content)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_file_error"' in page
    assert words in page


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_list_queries_do_not_grow(
    sign_in: SignIn, published: StructureVersion, draft: StructureVersion, root: Actor
) -> None:
    client = sign_in(Role.ORGANISER)
    url = reverse("structure:index")
    StructureVersion.objects.filter(pk=draft.pk).delete()
    one = queries_of(client, url)
    for _n in range(2):
        api.clone_version(version=published, by=root)
    assert StructureVersion.objects.count() == 3
    assert queries_of(client, url) == one


@pytest.mark.parametrize("page", ["version", "edit", "draft"])
def test_version_queries_do_not_grow(
    sign_in: SignIn, draft: StructureVersion, root: Actor, people: list[Person], page: str
) -> None:
    client = sign_in(Role.ORGANISER)
    url = reverse(f"structure:{page}", args=[draft.pk])
    group = api.add_group(version=draft, name="宣传组", by=root)

    def fill(n: int) -> None:
        plan = api.PostPlan(name=f"岗位{n}", critical=True)
        post = api.add_post(group=group, plan=plan, by=root)
        api.add_holding(post=post, person=people[n], by=root)
        api.add_clause(group=group, text=f"职责{n}。", by=root)

    fill(1)
    one = queries_of(client, url)
    fill(2)
    fill(3)
    assert queries_of(client, url) == one
