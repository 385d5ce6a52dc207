"""批量交办: one text to many, from a filter of the enterprises; its table of feedback."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Order
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.freshness import fresh_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.forms import BulkForm, FilterForm
from pingzhan.pages.console.orders.lines import lines_of
from pingzhan.pages.console.orders.views import world_of
from pingzhan.pages.console.zones import zone_for

PAGE = 100
SHOWN = 60


@require_http_methods(["GET", "POST"])
@needs(Permission.ISSUE_ORDERS)
def bulk(request: HttpRequest) -> HttpResponse:
    """Choose enterprises by a filter, write one text, see how many get it, and give it.

    What was seen is what is given: when they are other enterprises by now, be it as many, the page asks again with
    all that was typed.
    """
    actor = request_actor(request)
    zone = zone_for(request, Permission.ISSUE_ORDERS)
    world = world_of(request)
    chosen = FilterForm(_areas(zone), request.GET)
    only = territory.EnterpriseFilter(
        words=request.GET.get("q", "")[:60],
        area=request.GET.get("area", ""),
        risk=request.GET.get("risk", ""),
        status=request.GET.get("status", ""),
        flags=[request.GET["flag"]] if request.GET.get("flag") else [],
    )
    files = territory.find(territory.enterprises_visible_to(actor), only).filter(
        unit__path__startswith=zone.path
    )
    units = list(files.values_list("unit_id", "unit__name"))
    seen = seen_key(pk for pk, _name in units)
    form = BulkForm(request.POST if request.method == "POST" else None, initial={"firms": True})
    groups = _groups(zone, world)
    form.fields["groups"].choices = groups  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["firms"] and data["seen"] != seen:
            form.add_error(None, _changed(data["seen"], len(units)))
        else:
            to = [orders.To.enterprise(pk) for pk, _name in units] if data["firms"] else []
            try:
                batch_ = orders.issue_bulk(
                    zone=zone,
                    to=[*to, *(orders.To.parse(key) for key in data["groups"])],
                    title=data["title"],
                    by=actor,
                    filter_words=chosen.shown() if data["firms"] else "",
                    world=world,
                    **form.words(),
                )
            except Refused:
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                return redirect("orders:batch", pk=batch_.pk)
    context = {
        "zone": zone,
        "world": world,
        "filters": chosen,
        "form": form,
        "seen": len(units),
        "seen_key": seen,
        "names": [name for _pk, name in units[:SHOWN]],
        "more": max(0, len(units) - SHOWN),
        "query": urlencode({key: value for key, value in request.GET.items() if value}),
    }
    return render(request, "console/orders/bulk.html", context, status=422 if form.errors else 200)


def seen_key(unit_ids: Iterable[int]) -> str:
    """Return what a set of enterprises is known by from the look at it to the order: how many, and their digest."""
    ids = sorted(unit_ids)
    return f"{len(ids)}-{sha256(','.join(map(str, ids)).encode()).hexdigest()}"


def _changed(seen: str, now: int) -> str:
    before = seen.partition("-")[0]
    if not before.isascii() or not before.isdecimal() or len(before) > 6:
        return _("符合条件的企业刚有变化，现有 %(n)d 家，请核对后再下达。") % {"n": now}
    if before == str(now):
        return _(
            "符合条件的企业在您核对之后有变化：仍是 %(n)d 家，但不是原来那些。上面是现在的名单，请核对后再下达。"
        ) % {"n": now}
    return _(
        "符合条件的企业在您核对之后有变化：原 %(before)s 家，现 %(n)d 家。上面是现在的名单，请核对后再下达。"
    ) % {"before": before, "n": now}


def _areas(zone: Unit) -> list[tuple[str, str]]:
    areas = Unit.objects.filter(parent=zone, kind=UnitKind.AREA).order_by("code")
    return [(area.path, area.name) for area in areas]


def _groups(zone: Unit, world: int) -> list[tuple[str, str]]:
    return [
        pair
        for _heading, rows in orders.choices_for(zone, world).groups
        for pair in rows
        if pair[0].startswith("group:")
    ]


@require_GET
@needs(Permission.ISSUE_ORDERS)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a batch: a bar of how far it is, what could not be given, and the feedback of each.

    With htmx only what moves; nothing while the version ``v`` still holds.
    """
    version = fresh_version(pk)
    partly = request.headers.get("HX-Request") == "true"
    found = orders.batches_visible_to(request_actor(request)).select_related("zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这次批量交办。"))
    if partly and request.GET.get("v") == version:
        return HttpResponse(status=204)
    rows = Order.objects.filter(batch=found).select_related("unit").order_by("number")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = orders.batch_counts(found)
    closed = found.made - counts.live
    done, fed, late = (
        round(100 * n / max(1, found.made))
        for n in (closed, counts.to_check + counts.to_close, counts.overdue)
    )
    context = {
        "batch": found,
        "counts": counts,
        "closed": closed,
        "waiting": counts.working - counts.overdue,
        "shares": {"closed": done, "fed": fed, "late": late, "late_from": min(100 - late, done + fed)},
        "refused": [
            {"name": line["name"] or line["to"], "why": orders.refusal_words(line)} for line in found.refused
        ],
        "page": page,
        "lines": lines_of(list(page.object_list), clock.now()),
        "world": found.world,
        "live_batch": f"{request.path}?{urlencode({'page': page.number, 'v': version})}",
    }
    return render(request, "console/orders/_batch.html" if partly else "console/orders/batch.html", context)
