"""The trail as a file: signed for whoever checks it, as a table for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.audit.trailfile import as_csv, write_trail
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.audit.forms import TrailForm
from pingzhan.pages.console.audit.views import asked_for, lines
from pingzhan.pages.console.guard import needs

MAX_ROWS = 100_000
"""Records in one download from the page; the command line has no limit."""
BATCH = 1000


@require_POST
@needs(Permission.VIEW_AUDIT)
def export(request: HttpRequest) -> HttpResponse:
    """Answer the filtered trail as a signed file, or with ``form=csv`` as a table. Recorded in the trail."""
    actor = request_actor(request)
    filters = TrailForm(request.POST, actor=actor)
    if not filters.is_valid():
        return _wrong(request, filters)
    rows = asked_for(actor, filters)
    ids = list(rows.values_list("pk", flat=True)[: MAX_ROWS + 1])
    if len(ids) > MAX_ROWS:
        raise Invalid(
            _("一次最多导出 %(n)d 条，请缩短日期范围。") % {"n": MAX_ROWS},
            hint=_("需要全部时请系统管理员用命令 pingzhan audit export 导出。"),
        )
    table = request.POST.get("form") == "csv"
    with transaction.atomic():
        audit.record(
            "audit.exported",
            by=actor,
            body={
                "count": len(ids),
                "first": ids[-1] if ids else None,
                "last": ids[0] if ids else None,
                "format": "csv" if table else "jsonl",
            },
        )
    picked = rows.filter(pk__range=(ids[-1], ids[0])) if ids else rows.none()
    name = f"audit-{timezone.localdate():%Y%m%d}"
    if table:
        return _download("".join(as_csv(_rows(ids), _head())), f"{name}.csv", "text/csv; charset=utf-8")
    whole = bool(ids) and ids[0] - ids[-1] + 1 == len(ids)
    file = BytesIO()
    write_trail(file, picked, whole=whole)
    return _download(file.getvalue(), f"{name}.zip", "application/zip")


def _download(content: str | bytes, name: str, kind: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)


def _wrong(request: HttpRequest, filters: TrailForm) -> HttpResponse:
    query = urlencode({k: v for k, v in request.POST.items() if k in filters.fields and v})
    return render(
        request,
        "console/audit/index.html",
        {"filters": filters, "rows": [], "back": f"{reverse('audit:index')}?{query}"},
        status=422,
    )


def _head() -> tuple[str, ...]:
    return (
        _("序号"), _("时间"), _("谁"), _("身份"), _("事项"), _("内容"), _("范围"), _("操作编号"), _("校验值"),
    )  # fmt: skip


def _rows(ids: list[int]) -> Iterator[tuple[str, ...]]:
    """Yield the table's rows, newest first, a batch of records at a time."""
    for begin in range(0, len(ids), BATCH):
        found = AuditRecord.objects.filter(pk__in=ids[begin : begin + BATCH]).order_by("-pk")
        operations = {one.pk: str(one.operation) for one in found}
        for line in lines(list(found)):
            yield (
                str(line.pk),
                f"{line.at:%Y-%m-%d %H:%M:%S}",
                line.who,
                line.how,
                line.what,
                line.sentence,
                line.unit,
                operations[line.pk],
                line.sha,
            )
