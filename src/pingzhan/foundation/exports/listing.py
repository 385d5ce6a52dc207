"""What can be exported: a list as its page shows it, its columns, and who may have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages.registry import DRILL_PREFIX
from pingzhan.foundation.privacy.masks import mask_any
from pingzhan.kernel.errors import NotFound

Text = str | Promise
Value = str | int | Decimal | date | datetime | bool | None
Params = Mapping[str, str]

BATCH = 2_000
"""Objects that are loaded and written together."""


@dataclass(frozen=True)
class OutColumn:
    """One column. ``value`` takes what ``load`` made of an object.

    For a ``personal`` column it returns the value in clear text; whoever gets it masked gets ``mask`` of it,
    so nothing but this package decides who sees it whole.
    """

    key: str
    title: Text
    value: Callable[[Any], Value]
    personal: bool = False
    mask: Callable[[str], str] = mask_any
    width: int = 16


def _as_they_are(objects: Sequence[Any]) -> Sequence[Any]:
    return objects


def _no_words(actor: Actor, params: Params) -> str:
    return ""


@dataclass(frozen=True)
class Listing:
    """A list that can be taken out as a file.

    ``queryset(actor, params)`` is the very selection of the page: restricted to what the actor may see,
    filtered by the page's own parameters, in the page's order. ``may`` is the page's own permission.
    ``load`` turns a batch of objects into what the columns take (to open sealed values once for all of them).
    ``may_whole`` says who may have personal columns unmasked; without an answer it is who holds
    EXPORT_PERSONAL. ``filter_words`` says the filter in words, for the sheet that tells of the export.
    """

    key: str
    title: Text
    columns: tuple[OutColumn, ...]
    queryset: Callable[[Actor, Params], QuerySet[Any]]
    may: Callable[[Actor], bool]
    load: Callable[[Sequence[Any]], Sequence[Any]] = _as_they_are
    may_whole: Callable[[Actor], bool] | None = None
    filter_words: Callable[[Actor, Params], str] = _no_words

    def title_for(self, params: Params) -> str:
        """Return the title of a file made with these parameters; a drill's is marked as one."""
        world = params.get("world", "")
        mark = DRILL_PREFIX if world.isdecimal() and int(world) else ""
        return f"{mark}{self.title}"

    @property
    def has_personal(self) -> bool:
        """Return whether there is anything to mask."""
        return any(column.personal for column in self.columns)

    def whole_allowed(self, actor: Actor) -> bool:
        """Return whether the actor may have personal columns unmasked."""
        if not self.has_personal:
            return False
        if self.may_whole is not None:
            return self.may_whole(actor)
        return actor.has(Permission.EXPORT_PERSONAL)


_listings: dict[str, Listing] = {}


def register_listing(listing: Listing) -> None:
    """Make a list exportable; called from apps.ready. Raises ValueError for a second list of that key."""
    if listing.key in _listings and _listings[listing.key] is not listing:
        raise ValueError(f"listing {listing.key} is registered twice")
    _listings[listing.key] = listing


def unregister_listing(key: str) -> None:
    """Forget a list; for tests."""
    _listings.pop(key, None)


def listing_for(actor: Actor, key: str) -> Listing:
    """Return a list this person may see; NotFound when there is none, so that nothing is told."""
    listing = _listings.get(key)
    if listing is None or not actor.is_signed_in or not listing.may(actor):
        raise NotFound(_("没有这个列表，或您不能导出它。"), code="export_unknown")
    return listing


def lines(listing: Listing, objects: Iterable[Any], *, whole: bool) -> Iterable[list[Value]]:
    """Yield the cells of each object, personal ones masked unless ``whole``."""
    batch: list[Any] = []
    for one in objects:
        batch.append(one)
        if len(batch) >= BATCH:
            yield from _cells(listing, batch, whole)
            batch = []
    yield from _cells(listing, batch, whole)


def _cells(listing: Listing, batch: Sequence[Any], whole: bool) -> Iterable[list[Value]]:
    if not batch:
        return
    for row in listing.load(batch):
        yield [_cell(column, row, whole) for column in listing.columns]


def _cell(column: OutColumn, row: Any, whole: bool) -> Value:
    value = column.value(row)
    if not column.personal or whole or value is None:
        return value
    return column.mask(str(value))


def titles() -> dict[str, str]:
    """Return the titles of all lists by key."""
    return {key: str(listing.title) for key, listing in _listings.items()}
