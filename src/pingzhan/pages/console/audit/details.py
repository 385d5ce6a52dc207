"""One record with the rows it changed, and the history of one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import changes
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.pages.console.audit.views import Line, lines, visible_records
from pingzhan.pages.console.guard import needs

WHOLE = changes.PER_TABLE
"""Changed rows up to which all are shown at once; of more the tables are folded and read when opened."""
RELATED = 50
"""Other records of the same operation that are listed."""
TONES = {"insert": "ok", "update": "info", "delete": "bad"}


@dataclass(frozen=True)
class Step:
    """One change in the life of an object: how, what, and the records that tell who did it."""

    kind: str
    tone: str
    row: changes.RowChange
    records: list[Line]


@require_GET
@needs(Permission.VIEW_AUDIT)
def record_page(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show one record, the records of the same operation, and from what to what each row was changed."""
    actor = request_actor(request)
    mine = visible_records(actor)
    one = get_object_or_404(mine, pk=record_id)
    same = mine.filter(operation=one.operation)
    if one.tx is not None:
        same = same | mine.filter(tx=one.tx, tx_at=one.tx_at)
    related = list(same.exclude(pk=one.pk).order_by("pk")[: RELATED + 1])
    shown, *others = lines([one, *related[:RELATED]])
    context = {
        "record": one,
        "line": shown,
        "body": [
            (audit.name_of(one.verb, key), audit.said(one.verb, key, value))
            for key, value in sorted(one.body.items())
        ],
        "related": others,
        "more_related": len(related) > RELATED,
        **_changed(one, actor.paths(Permission.VIEW_AUDIT)),
    }
    return render(request, "console/audit/record.html", context)


def _changed(one: AuditRecord, paths: tuple[str, ...]) -> dict[str, object]:
    if one.tx is None or one.tx_at is None:
        return {"tables": [], "withheld": False, "old": True}
    pair = (one.tx, one.tx_at)
    if not changes.open_transactions([pair], paths=paths):
        return {"tables": [], "withheld": True, "old": False}
    tables = changes.changes_of([pair], whole=WHOLE)
    return {
        "tables": [
            {"model": one.model, "title": one.title, "count": one.count, "lines": _toned(one.rows)}
            for one in tables
        ],
        "withheld": False,
        "old": False,
    }


def _toned(rows: Sequence[changes.RowChange]) -> list[tuple[str, str, changes.RowChange]]:
    return [(kind_word(row.kind), TONES[row.kind], row) for row in rows]


@require_GET
@needs(Permission.VIEW_AUDIT)
def rows_page(request: HttpRequest, record_id: int, label: str) -> HttpResponse:
    """Show one page of the rows of one table that a record changed; with htmx only that table.

    404 unless the actor may read the record and, as on its page, every record of the same transaction.
    """
    actor = request_actor(request)
    paths = actor.paths(Permission.VIEW_AUDIT)
    one = get_object_or_404(visible_records(actor), pk=record_id)
    if one.tx is None or one.tx_at is None:
        raise Http404
    pair = (one.tx, one.tx_at)
    try:
        title, count = changes.object_title(label), changes.count_of([pair], label)
    except KeyError as error:
        raise Http404 from error
    if not count or not changes.open_transactions([pair], paths=paths):
        raise Http404
    page: Page[int] = Paginator(range(count), changes.PER_TABLE).get_page(request.GET.get("page"))
    rows = changes.rows_of([pair], label, start=max(0, page.start_index() - 1))
    context = {
        "record": one,
        "page": page,
        "table": {"model": label, "title": title, "count": count, "lines": _toned(rows)},
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "console/audit/_rows.html" if part else "console/audit/rows.html", context)


def kind_word(kind: str) -> str:
    """Return how a row was changed."""
    return {"insert": _("新增"), "update": _("修改"), "delete": _("删除")}[kind]


@require_GET
@needs(Permission.VIEW_AUDIT)
def history_page(request: HttpRequest, label: str, object_id: str) -> HttpResponse:
    """Show the changes of one object, newest first, each with who did it.

    Changes whose records lie outside of the actor's units are left out; with nothing left it is a 404, so that
    an address tells nobody what exists.
    """
    paths = request_actor(request).paths(Permission.VIEW_AUDIT)
    try:
        rows = changes.changes_of_object(label, object_id)
        title = changes.object_title(label)
    except KeyError as error:
        raise Http404 from error
    allowed = changes.open_transactions({row.transaction for row in rows}, paths=paths)
    rows = [row for row in rows if row.transaction in allowed]
    if not rows:
        raise Http404
    told = changes.records_of({row.transaction for row in rows})
    words = {line.pk: line for line in lines([one for found in told.values() for one in found])}
    steps = [
        Step(
            kind_word(row.kind),
            TONES[row.kind],
            row,
            [words[one.pk] for one in told[row.transaction][:RELATED]],
        )
        for row in rows
    ]
    context = {"title": title, "object_id": object_id, "steps": steps, "limit": changes.PER_OBJECT}
    return render(request, "console/audit/history.html", context)
