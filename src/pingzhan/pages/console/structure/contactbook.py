"""通讯录 (ICS 205A): every post of a version with its person, substitutes and duty telephones, as an official paper.

Serves 附件1 of the notice. Whoever may call people to their posts reads whole numbers, everybody else masked ones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.api import HoldingRow
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.organisation.models import Person, Post, StructureVersion
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.content import Block, Heading, PaperContent, Paragraph, Table
from pingzhan.foundation.privacy.masks import mask_phone
from pingzhan.kernel.zhnumerals import chinese
from pingzhan.pages.console.documents.reading import download
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.structure.access import visible_version


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def contact_book(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Answer the telephone book of a version as .docx or PDF; whole numbers are recorded as handed out."""
    actor = request_actor(request)
    shown = visible_version(actor, pk)
    whole = actor.has(Permission.MANAGE_SEATS, shown.zone.path)
    data = papers.attested_file(paper(shown, whole=whole), suffix)
    if whole:
        with transaction.atomic():
            record(
                "sheet.taken",
                by=actor,
                subject=("unit", shown.zone_id),
                unit_path=shown.zone.path,
                body={"form": suffix},
            )
    answer = download(data, _("通讯录"), suffix)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def paper(version: StructureVersion, *, whole: bool) -> PaperContent:
    """Return the book as a paper, always Chinese, a line for each person of a post in the order of calling.

    Whoever answers for an enterprise by a rule stands there by name. Raises Invalid without an organ. Twelve
    queries or less.
    """
    groups = sorted(api.board(version), key=lambda one: one.group.code == ENTERPRISE_GROUP)
    now = timezone.now()
    called: dict[int, list[HoldingRow]] = defaultdict(list)
    for row in api.holding_rows(version.pk):
        if (row.t0 is None or row.t0 <= now) and (row.t1 is None or now < row.t1):
            called[row.post_id].append(row)
    ids = {row.person_id for rows in called.values() for row in rows}
    book = _Book(
        called, dict(Person.objects.filter(pk__in=ids).values_list("pk", "name")), api.phones_of(ids)
    )
    if not whole:
        book.phones = {person: mask_phone(phone) for person, phone in book.phones.items()}
    with translation.override("zh-hans"):
        blocks: list[Block] = [
            Paragraph(f"现将{version.zone.name}应急岗位和企业联系人的通讯方式汇编如下，供值班使用。")
        ]
        for n, view in enumerate((one for one in groups if one.posts), start=1):
            firm = view.group.code == ENTERPRISE_GROUP
            blocks.append(Heading(1, f"{chinese(n)}、{'企业联系人' if firm else view.group.name}"))
            head = ("企业", "岗位", "人员", "电话") if firm else ("岗位", "人员", "电话", "次序")
            blocks.append(Table((head, *(line for post in view.posts for line in book.lines(post.post)))))
        if not whole:
            blocks.append(Paragraph("号码已部分隐藏。需要完整号码的，请向值班室查询。"))
        return papers.attested(
            f"{version.zone.name}应急通讯录",
            blocks,
            number=f"通讯录第{version.n}号",
            dated=timezone.localdate(),
            unit_path=version.zone.path,
        )


@dataclass
class _Book:
    """Whom to call for each post, in order, with names and numbers by person."""

    called: dict[int, list[HoldingRow]]
    names: dict[int, str]
    phones: dict[int, str]

    def lines(self, post: Post) -> list[tuple[str, ...]]:
        """Return the lines of a post; one that says so when nobody is named."""
        rows = sorted(self.called.get(post.pk, ()), key=lambda row: (row.rank, row.seat_no))
        found: list[tuple[str, ...]] = []
        for row in rows:
            name, phone = self.names[row.person_id], self.phones.get(row.person_id) or "未登记"
            turn = f"第{chinese(row.rank)}替补" if row.rank else "任职"
            if post.group.code == ENTERPRISE_GROUP:
                found.append((post.unit.name, _in_firm(post), name, phone))
            else:
                found.append((_in_group(post), name, phone, turn))
        if not rows:
            where = (
                (post.unit.name, _in_firm(post))
                if post.group.code == ENTERPRISE_GROUP
                else (_in_group(post),)
            )
            found.append((*where, "待明确", "无", *(() if len(where) == 2 else ("无",))))
        return found


def _in_group(post: Post) -> str:
    """Return the name of a post under the heading of its group."""
    return post.name.removeprefix(api.short_group(post.group.name)) or post.name


def _in_firm(post: Post) -> str:
    """Return the name of a post beside that of its enterprise."""
    return post.name.removeprefix(post.unit.name).removeprefix("企业") or post.name
