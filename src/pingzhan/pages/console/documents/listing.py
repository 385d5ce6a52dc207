"""The register of papers and the register of numbers as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.documents.models import Number, Paper
from pingzhan.foundation.documents.models.numbers import READERS
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


def wanted(found: QuerySet[Paper], params: Mapping[str, Any]) -> QuerySet[Paper]:
    """Return the part of the papers that the query form asks for: q in title or number, kind, state."""
    text = str(params.get("q") or "").strip()
    if text:
        found = found.filter(Q(title__icontains=text) | Q(number__text__icontains=text))
    return found.filter(**{key: params[key] for key in ("kind", "state") if params.get(key)})


def numbers_of(found: QuerySet[Number], run: str) -> QuerySet[Number]:
    """Return the numbers of one series and year ("3-2026"), all of them for anything else."""
    series, _dash, year = run.partition("-")
    if series.isdecimal() and year.isdecimal():
        return found.filter(series_id=int(series), year=int(year))
    return found


def _may(actor: Actor) -> bool:
    return any(actor.has(one) for one in READERS)


def _papers(actor: Actor, params: Params) -> QuerySet[Paper]:
    visible = Paper.objects.visible_to(actor).select_related("number", "organ").defer("content")
    return wanted(visible, params).order_by("-pk")


def _numbers(actor: Actor, params: Params) -> QuerySet[Number]:
    visible = (
        Number.objects.visible_to(actor).select_related("paper", "series__organ").defer("paper__content")
    )
    return numbers_of(visible, params.get("run", ""))


PAPERS = Listing(
    key="documents.papers",
    title=_("公文登记簿"),
    columns=(
        OutColumn("number", _("发文字号"), lambda one: one.number.text if one.number else "", width=24),
        OutColumn("title", _("标题"), str, width=50),
        OutColumn("kind", _("文种"), lambda one: str(one.get_kind_display())),
        OutColumn("organ", _("发文机关"), lambda one: one.organ.name, width=30),
        OutColumn("state", _("状态"), lambda one: str(one.get_state_display())),
        OutColumn("author", _("拟稿人"), lambda one: one.author_name),
        OutColumn("signer", _("签发人"), lambda one: one.issued_by_name),
        OutColumn("issued", _("签发时间"), lambda one: one.issued_at, width=20),
    ),
    queryset=_papers,
    may=_may,
)
NUMBERS = Listing(
    key="documents.numbers",
    title=_("发文字号台账"),
    columns=(
        OutColumn("organ", _("发文机关"), lambda one: one.series.organ.name, width=30),
        OutColumn("series", _("系列"), lambda one: one.series.code, width=20),
        OutColumn("year", _("年份"), lambda one: one.year),
        OutColumn("number", _("序号"), lambda one: one.number),
        OutColumn("text", _("发文字号"), lambda one: one.text, width=24),
        OutColumn("title", _("标题"), lambda one: str(one.paper), width=50),
        OutColumn("state", _("状态"), lambda one: str(one.get_state_display())),
        OutColumn("reason", _("作废原因"), lambda one: one.reason, width=30),
        OutColumn("by", _("编号人"), lambda one: one.given_by_name),
        OutColumn("at", _("编号时间"), lambda one: one.given_at, width=20),
    ),
    queryset=_numbers,
    may=_may,
)


def register() -> None:
    """Make the registers exportable; called once when the application is ready."""
    register_listing(PAPERS)
    register_listing(NUMBERS)
