"""Sign and number, file, cancel."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.actions.numbering import give_number, series_for, void_number
from pingzhan.foundation.documents.actions.writing import locked, same_edition, step
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.enums import PaperState
from pingzhan.foundation.documents.fonts import own_fonts
from pingzhan.foundation.documents.models import IssuedPaper, Paper, TemplateVersion
from pingzhan.foundation.documents.pdf import write_pdf
from pingzhan.foundation.documents.rules import require_issuer
from pingzhan.foundation.documents.templating.filling import fill
from pingzhan.foundation.documents.word import write_docx
from pingzhan.kernel.errors import Invalid

BACK_DAYS = 30
"""A paper may carry the day it was signed by hand, at most this long ago."""


@transaction.atomic
def issue_paper(*, paper: Paper, edition: int, by: Actor, signed_on: date | None = None) -> Paper:
    """Sign a paper: its number, its date, its files, all in one transaction; return it.

    ``signed_on`` is the day under the text (成文日期), today by default. Whatever fails, the number is not used
    up. Raises Refused (right; own paper), Conflict (state; changed meanwhile), Invalid (no series; odd date).
    """
    row = locked(paper.pk)
    require_issuer(by, row)
    step(row, PaperState.ISSUED)
    same_edition(row, edition)
    today = database_today()
    day = signed_on or today
    if not today - timedelta(days=BACK_DAYS) <= day <= today:
        raise Invalid(
            _("成文日期应在最近 %(days)d 天内，不能晚于今天。") % {"days": BACK_DAYS}, place=_("成文日期")
        )
    number = give_number(series_for(row.organ, row.kind), day.year, by)
    content = row.paper.with_number(number.text, day)
    if content.kind.goes_up and not content.signer:
        content = replace(content, signer=by.name)
    word, rendered = docx_of(content, row.template), write_pdf(content, own_fonts())
    Paper.objects.filter(pk=row.pk).update(
        state=PaperState.ISSUED,
        content=content.as_json(),
        number=number,
        issued_by_name=by.name,
        issued_at=Now(),
        changed_at=Now(),
        remark="",
    )
    issued = IssuedPaper.objects.create(
        paper_id=row.pk,
        number=number.text,
        content=content.as_json(),
        docx=word,
        docx_sha=hashlib.sha256(word).hexdigest(),
        pdf=rendered.pdf,
        pdf_sha=hashlib.sha256(rendered.pdf).hexdigest(),
        substituted=[asdict(one) for one in rendered.substituted],
        issued_by_name=by.name,
    )
    record(
        "document.issued",
        by=by,
        subject=("paper", row.pk),
        unit_path=row.unit_path,
        body={"number": number.text, "docx_sha": issued.docx_sha, "edition": row.edition},
    )
    row.refresh_from_db()
    return row


@transaction.atomic
def file_paper(*, paper: Paper, by: Actor) -> Paper:
    """Say that an issued paper has been printed, sent and filed (印发归档)."""
    row = locked(paper.pk)
    require(by, Permission.WRITE_DOCUMENTS, row.unit_path)
    step(row, PaperState.FILED)
    Paper.objects.filter(pk=row.pk).update(state=PaperState.FILED, changed_at=Now())
    record("document.filed", by=by, subject=("paper", row.pk), unit_path=row.unit_path)
    row.refresh_from_db()
    return row


@transaction.atomic
def void_paper(*, paper: Paper, reason: str, by: Actor) -> Paper:
    """Cancel an issued paper: it and its number stay in the register as 作废 with the reason."""
    row = locked(paper.pk)
    require(by, Permission.ISSUE_DOCUMENTS, row.unit_path)
    step(row, PaperState.VOID)
    if not reason.strip():
        raise Invalid(_("作废要写明原因。"), place=_("作废原因"))
    assert row.number is not None
    void_number(row.number, reason.strip())
    Paper.objects.filter(pk=row.pk).update(state=PaperState.VOID, remark=reason.strip(), changed_at=Now())
    record(
        "document.voided",
        by=by,
        subject=("paper", row.pk),
        unit_path=row.unit_path,
        body={"number": row.number.text},
    )
    row.refresh_from_db()
    return row


def docx_of(content: PaperContent, template: TemplateVersion | None) -> bytes:
    """Return the .docx of a paper, by the clerk's template when it has one."""
    if template is not None and template.file is not None:
        return fill(bytes(template.file), content)
    return write_docx(content)


def database_today() -> date:
    """Return the day in Shanghai by the database clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
        row = cursor.fetchone()
    assert row is not None
    day: date = row[0]
    return day
