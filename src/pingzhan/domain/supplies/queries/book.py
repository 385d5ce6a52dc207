"""The book of a store: its batches and what was written in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from pingzhan.domain.supplies.catalogue import articles
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import Batch, Entry, Movement
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.folding import fold


@dataclass(frozen=True, slots=True)
class BookFilter:
    """What the book is narrowed to; an empty field narrows nothing."""

    article: str = ""
    kind: str = ""
    words: str = ""


def batches_of(unit: Unit) -> list[Batch]:
    """Return what is there of each batch, by article as in the catalogue and by expiry."""
    rows = Batch.objects.filter(enterprise=unit, amount__gt=0)
    order = {key: n for n, key in enumerate(articles())}
    return sorted(rows, key=lambda one: (order[one.article], one.expires or date.max, one.pk))


def find_entries(entries: QuerySet[Entry], wanted: BookFilter) -> QuerySet[Entry]:
    """Return the entries that fit with their movements, the latest first. Two queries when read."""
    if wanted.kind in MoveKind.values:
        entries = entries.filter(kind=wanted.kind)
    if wanted.article:
        entries = entries.filter(
            Exists(Movement.objects.filter(entry=OuterRef("pk"), article=wanted.article))
        )
    if words := fold(wanted.words):
        code = Movement.objects.filter(entry=OuterRef("pk"), batch__code__icontains=words)
        entries = entries.filter(Q(note__icontains=words) | Q(party__icontains=words) | Exists(code))
    return (
        entries.select_related("reversed_by", "enterprise")
        .prefetch_related(Prefetch("movements", Movement.objects.select_related("batch").order_by("pk")))
        .order_by("-pk")
    )
