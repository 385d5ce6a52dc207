"""Draft, change, hand in, send back, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.actions.composing import Wording, compose
from pingzhan.foundation.documents.content import Block
from pingzhan.foundation.documents.enums import STEPS, PaperKind, PaperState
from pingzhan.foundation.documents.models import Organ, Paper, Series, TemplateVersion
from pingzhan.foundation.documents.templating.texts import open_blanks
from pingzhan.kernel.errors import Conflict, Invalid, Refused


@transaction.atomic
def draft_paper(
    kind: PaperKind,
    title: str,
    blocks: Sequence[Block],
    *,
    by: Actor,
    unit_path: str = "/",
    organ: Organ | None = None,
    template: TemplateVersion | None = None,
    source: tuple[str, object] = ("", ""),
    **more: Any,
) -> Paper:
    """Store a new draft and return it; the door for every module that produces papers.

    ``more`` are the other fields of Wording: recipients, attachments, copy_to, note, signer, urgency, secrecy,
    cosigners. Without ``organ`` it is the nearest organ at or above ``unit_path`` that numbers this kind.
    ``source`` names what it was made from, so that the caller finds it again. Punctuation is made full-width.
    Raises Refused without the right to write there, Invalid for an empty or classified paper or no organ.
    """
    require(by, Permission.WRITE_DOCUMENTS, unit_path)
    organ = organ or organ_for(unit_path, kind)
    if not unit_path.startswith(organ.unit_path):
        raise Invalid(_("“%(organ)s”不管这个范围。") % {"organ": organ.name}, code="organ_elsewhere")
    content = compose(organ, Wording(kind, title, tuple(blocks), **more))
    paper = Paper.objects.create(
        kind=kind,
        title=content.title,
        content=content.as_json(),
        organ=organ,
        unit_path=unit_path,
        template=template,
        source_kind=source[0],
        source_id=str(source[1]),
        author_id=by.user_id if by.kind == "user" else None,
        author_name=by.name,
    )
    record(
        "document.drafted",
        by=by,
        subject=("paper", paper.pk),
        unit_path=unit_path,
        body={"paper_kind": str(kind), "blocks": len(content.blocks), "source": source[0]},
    )
    return paper


@transaction.atomic
def edit_paper(
    *, paper: Paper, wording: Wording, edition: int, by: Actor, template: TemplateVersion | None = None
) -> Paper:
    """Replace the text of a draft and return it.

    ``edition`` is the one the writer saw; Conflict names the one who was faster. Only drafts are changed: a
    paper that is handed in goes back first.
    """
    row = locked(paper.pk)
    require(by, Permission.WRITE_DOCUMENTS, row.unit_path)
    if row.state != PaperState.DRAFT:
        raise Conflict(_("只有拟稿中的公文可以修改。"), hint=_("请先退回修改。"), code="not_draft")
    same_edition(row, edition)
    content = compose(row.organ, wording)
    Paper.objects.filter(pk=row.pk).update(
        kind=wording.kind,
        title=content.title,
        content=content.as_json(),
        template=template,
        edition=F("edition") + 1,
        changed_at=Now(),
    )
    record(
        "document.edited",
        by=by,
        subject=("paper", row.pk),
        unit_path=row.unit_path,
        body={"edition": row.edition + 1, "blocks": len(content.blocks)},
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def submit_paper(*, paper: Paper, edition: int, by: Actor) -> Paper:
    """Hand a draft in for checking (核稿). Raises Refused, Conflict."""
    row = locked(paper.pk)
    require(by, Permission.WRITE_DOCUMENTS, row.unit_path)
    step(row, PaperState.SUBMITTED)
    same_edition(row, edition)
    left = open_blanks(row.title + str(row.content))
    if left:
        raise Invalid(
            _("还有没填的空：%(names)s。") % {"names": "、".join(left)},
            hint=_("请在正文里补齐后再送核。"),
            code="open_blanks",
        )
    return _moved(row, PaperState.SUBMITTED, "document.submitted", by)


@transaction.atomic
def return_paper(*, paper: Paper, remark: str, by: Actor) -> Paper:
    """Send a paper back to its author with a remark; by whoever checks or issues."""
    row = locked(paper.pk)
    require_reviewer(by, row)
    step(row, PaperState.DRAFT)
    if not remark.strip():
        raise Invalid(_("退回时请写明修改意见。"), place=_("修改意见"))
    return _moved(
        row, PaperState.DRAFT, "document.returned", by, remark=remark.strip(), checked_by_name=by.name
    )


@transaction.atomic
def withdraw_paper(*, paper: Paper, remark: str = "", by: Actor) -> Paper:
    """Withdraw a paper that has no number yet; it stays in the register."""
    row = locked(paper.pk)
    require(by, Permission.WRITE_DOCUMENTS, row.unit_path)
    step(row, PaperState.WITHDRAWN)
    return _moved(row, PaperState.WITHDRAWN, "document.withdrawn", by, remark=remark.strip())


def organ_for(unit_path: str, kind: PaperKind) -> Organ:
    """Return the nearest organ at or above a unit that numbers this kind. Raises Invalid when there is none."""
    paths = ["/", *(unit_path[: at + 1] for at, mark in enumerate(unit_path) if mark == "/" and at)]
    series = Series.objects.filter(organ__unit_path__in=paths, kinds__contains=[kind]).select_related("organ")
    found = max(series, key=lambda one: (len(one.organ.unit_path), -one.pk), default=None)
    if found is None:
        raise Invalid(
            _("还没有登记能发这个文种的机关。"),
            hint=_("请先在“发文机关和字号”里登记机关和代字。"),
            code="no_organ",
        )
    return found.organ


def require_reviewer(by: Actor, row: Paper) -> None:
    """Raise Refused unless the actor writes or issues papers of that unit."""
    if not by.has(Permission.ISSUE_DOCUMENTS, row.unit_path):
        require(by, Permission.WRITE_DOCUMENTS, row.unit_path)


def locked(paper_id: int) -> Paper:
    """Return a paper with its row locked until the end of the transaction."""
    return Paper.objects.select_for_update(of=("self",), no_key=True).select_related("organ").get(pk=paper_id)


def step(row: Paper, to: PaperState) -> None:
    """Raise Conflict when a paper cannot go from its state to another one."""
    now = PaperState(row.state)
    if to not in STEPS[now]:
        raise Conflict(
            _("公文现在是“%(now)s”，不能转为“%(to)s”。") % {"now": now.label, "to": to.label},
            hint=_("请刷新后再办。"),
            code="wrong_state",
        )


def same_edition(row: Paper, edition: int) -> None:
    """Raise Conflict when somebody changed the text after the reader saw it."""
    if row.edition != edition:
        raise Conflict(_("这份公文刚被别人修改过。"), hint=_("请打开最新一稿，核对后再办。"), code="edition")


def _moved(row: Paper, to: PaperState, verb: str, by: Actor, **fields: Any) -> Paper:
    if by.kind == "link":
        raise Refused(_("链接不能办理公文。"))
    Paper.objects.filter(pk=row.pk).update(state=to, changed_at=Now(), **fields)
    record(verb, by=by, subject=("paper", row.pk), unit_path=row.unit_path, body={"edition": row.edition})
    row.refresh_from_db()
    return row
