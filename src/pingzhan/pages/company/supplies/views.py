"""防控物资: how the store stands, the book, and the zone's overview of who is short of what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.enums import Light, MoveKind, OrderState
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.supplies.forms import BookForm, ZoneForm
from pingzhan.pages.company.zoned import narrowed
from pingzhan.pages.console.guard import needs

PAGE = 50
CHECKS = 10
"""Checks shown above the book."""
TONES = {Light.SHORT: "bad", Light.EXPIRED: "warn", Light.SOON: "warn", Light.OK: "ok", Light.NONE: "idle"}


def page_of(request: HttpRequest) -> tuple[int, dict[str, str]]:
    """Return the page asked for, from 1, and the other parameters of the address."""
    asked = request.GET.get("page", "1")
    at = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return at, {key: str(value) for key, value in request.GET.items() if value and key != "page"}


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the store of the only enterprise, or who is short of what."""
    actor = request_actor(request)
    firms = supplies.firms_visible_to(actor)
    two = list(firms[:2])
    return _firm(request, actor, two[0]) if len(two) == 1 else _zone(request, list(firms))


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the store of one enterprise."""
    actor = request_actor(request)
    return _firm(request, actor, one_of(supplies.firms_visible_to(actor), pk))


def _firm(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    (store,) = supplies.stand([unit])
    keeps = supplies.can_keep(actor, unit)
    batches = supplies.batches_of(unit)
    soonest: dict[str, Any] = {}
    for one in batches:
        if one.expires is not None:
            soonest.setdefault(one.article, one.expires)
    context: dict[str, Any] = {
        "unit": unit,
        "store": store,
        "rows": [(row, TONES[row.light], soonest.get(row.article.key)) for row in store.rows],
        "keeps": keeps,
        "unsaid": supplies.unsaid(store, clock.today()) if keeps else "",
        "lacking": len(store.lacking),
        "stale": len(store.stale),
        "soon": len(store.soon),
        "buys": any(row.buy for row in store.rows),
        "tab": "firm",
        "soon_days": supplies.SOON_DAYS,
        "open": supplies.purchases_visible_to(actor)
        .filter(enterprise=unit, state__in=[OrderState.DRAFT, OrderState.ORDERED])
        .count(),
    }
    return render(request, "company/supplies/firm.html", context)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the book of one enterprise: checks, and what came and went."""
    actor = request_actor(request)
    unit = one_of(supplies.firms_visible_to(actor), pk)
    at, params = page_of(request)
    wanted = supplies.BookFilter(
        article=params.get("article", ""), kind=params.get("kind", ""), words=params.get("q", "")[:60]
    )
    found = supplies.find_entries(supplies.entries_visible_to(actor).filter(enterprise=unit), wanted)
    entries = list(found[(at - 1) * PAGE : at * PAGE + 1])
    checks = list(supplies.checks_visible_to(actor).filter(enterprise=unit).order_by("-pk")[:CHECKS])
    photos = photos_of(supplies.ENTRY, [one.pk for one in entries])
    check_photos = photos_of(supplies.CHECK, [one.pk for one in checks])
    keeps = supplies.can_keep(actor, unit)
    context: dict[str, Any] = {
        "unit": unit,
        "entries": [
            {
                "row": one,
                "moves": list(one.movements.all()),
                "photos": photos.get(one.pk, []),
                "reversed": hasattr(one, "reversed_by"),
                "reversible": keeps and one.reverses_id is None and not hasattr(one, "reversed_by"),
            }
            for one in entries[:PAGE]
        ],
        "count": found.order_by().count(),
        "checks": [(one, check_photos.get(one.pk, [])) for one in checks],
        "filters": BookForm(request.GET or None),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(entries) > PAGE else "",
        "keeps": keeps,
        "tab": "history",
    }
    return render(request, "company/supplies/history.html", context)


def _zone(request: HttpRequest, firms: Sequence[Unit]) -> HttpResponse:
    stores = supplies.stand(firms)
    key, light = request.GET.get("article", ""), request.GET.get("light", "")
    gravest = list(Light)
    found = sorted(
        (store for store in stores if _fits(store, key, light)),
        key=lambda store: (gravest.index(store.light), not store.opened),
    )
    page, narrowing = narrowed(
        request,
        [(store.unit, store) for store in found],
        lambda store: store.light in (Light.SHORT, Light.EXPIRED),
    )
    totals = [
        _total(article, [store.rows[n] for store in stores])
        for n, article in enumerate(supplies.articles().values())
    ]
    lacking = [one for one in totals if one["short"] or one["expired"]]
    context: dict[str, Any] = narrowing | {
        "rows": [(store, _short_words(store), TONES[store.light]) for _unit, store in page.object_list],
        "firms": len(stores),
        "short": sum(bool(store.lacking) for store in stores),
        "stale": sum(bool(store.stale) for store in stores),
        "soon": sum(bool(store.soon) for store in stores),
        "unopened": sum(not store.opened for store in stores),
        "totals": totals,
        "chart": {
            "categories": [one["article"].label for one in lacking],
            "series": [
                {"name": _("数量不足"), "data": [one["short"] for one in lacking], "tone": "bad"},
                {"name": _("有过期物资"), "data": [one["expired"] for one in lacking], "tone": "warn"},
            ],
            "unit": _("家"),
        },
        "chart_columns": [_("物资"), _("数量不足"), _("有过期物资")],
        "chart_rows": [[one["article"].label, one["short"], one["expired"]] for one in lacking],
        "more": ZoneForm(request.GET or None),
    }
    return render(request, "company/supplies/zone.html", context)


def _fits(store: supplies.Store, key: str, light: str) -> bool:
    rows = [row for row in store.rows if not key or row.article.key == key]
    if light == Light.OK:
        return all(row.light in (Light.OK, Light.NONE) for row in rows if key or row.article.required)
    if light in Light.values:
        return any(row.light == light and (key or row.article.required) for row in rows)
    return True


def _short_words(store: supplies.Store) -> list[dict[str, Any]]:
    return [
        {
            "name": row.article.label,
            "usable": row.usable,
            "least": row.least,
            "unit": row.article.measure,
            "coming": row.coming,
        }
        for row in store.lacking
    ]


def _total(article: supplies.Article, rows: Sequence[supplies.Stock]) -> dict[str, Any]:
    return {
        "article": article,
        "usable": sum(row.usable for row in rows),
        "least": sum(row.least for row in rows),
        "gap": sum(max(0, row.least - row.usable) for row in rows),
        "expired_units": sum(row.expired for row in rows),
        "short": sum(row.short for row in rows),
        "expired": sum(bool(row.expired) for row in rows),
    }


def kind_of(word: str) -> MoveKind:
    """Return the kind of movement of an address. NotFound for another word, and for counts, which have a sheet."""
    if word not in MoveKind.values or word == MoveKind.COUNTED:
        raise NotFound(_("没有这种登记。"))
    return MoveKind(word)
