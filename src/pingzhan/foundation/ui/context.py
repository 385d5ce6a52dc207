"""What each page's frame shows: posture band, navigation, languages.

The frame knows no domain. The command module registers who computes the band, the console pages register
the navigation; both are asked at most once per request and only when a template reads them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

Posture = Literal["routine", "emergency"]


class ScopeState(TypedDict):
    """A unit whose posture differs from the zone's. ``level`` is 1..4 or None, ``since`` is aware."""

    name: str
    posture: Posture
    level: int | None
    since: datetime | None


class Band(TypedDict):
    """The posture of the zone as the top bar shows it. ``world`` is 0 for real, else the drill's number."""

    posture: Posture
    level: int | None
    since: datetime | None
    unit_name: str
    differing: list[ScopeState]
    world: int
    basis: str | None


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation; ``key`` also names its icon and marks the current page.

    An entry with ``children`` is a heading: it leads to the first of them, and they are shown in a second row
    while one of them is the current page.
    """

    label: str
    url: str
    key: str
    children: tuple[NavItem, ...] = ()


BandSource = Callable[[HttpRequest], Any]
NavSource = Callable[[HttpRequest], list[NavItem]]

_sources: dict[str, Any] = {}


def register_band(source: BandSource) -> None:
    """Let ``source(request)`` return the Band of each page; the last registration wins."""
    _sources["band"] = source


def register_nav(source: NavSource) -> None:
    """Let ``source(request)`` return the entries this person may open, in order; the last one wins."""
    _sources["nav"] = source


def routine_band(unit_name: str = "") -> Band:
    """Return the band of a zone in routine posture, also used before any zone exists."""
    return Band(
        posture="routine", level=None, since=None, unit_name=unit_name, differing=[], world=0, basis=None
    )


def band_of(request: HttpRequest) -> Band:
    """Return the band for this request; routine when nobody registered one. Computed once per request."""
    cached: Band | None = getattr(request, "_ui_band", None)
    if cached is None:
        source = _sources.get("band")
        cached = routine_band() | dict(source(request)) if source else routine_band()  # type: ignore[assignment]
        request._ui_band = cached  # type: ignore[attr-defined]
    assert cached is not None
    return cached


def band_version(band: Band) -> str:
    """Return a short text that changes when the band does, for the 204 answer of the refresh."""
    return hashlib.sha256(json.dumps(band, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _nav_of(request: HttpRequest) -> list[NavItem]:
    source = _sources.get("nav")
    return list(source(request)) if source else []


def current_entry(path: str, items: list[NavItem]) -> tuple[NavItem | None, str]:
    """Return the entry whose page ``path`` is, and the key of that page (the entry's own or a child's).

    The longest address that is a prefix of ``path`` wins; (None, "") when there is none.
    """
    found: NavItem | None = None
    key = ""
    length = 0
    for item in items:
        for leaf in item.children or (item,):
            fits = path == leaf.url or (leaf.url != "/" and path.startswith(leaf.url))
            if fits and len(leaf.url) > length:
                found, key, length = item, leaf.key, len(leaf.url)
    return found, key


def ui(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``band``, ``band_version``, ``nav``, ``nav_at``, ``demo``, ``ui_now``.

    All of them are lazy, so a fragment that shows no frame costs no query.
    """
    nav = SimpleLazyObject(lambda: _nav_of(request))
    return {
        "band": SimpleLazyObject(lambda: band_of(request)),
        "band_version": SimpleLazyObject(lambda: band_version(band_of(request))),
        "nav": nav,
        "nav_at": SimpleLazyObject(lambda: current_entry(request.path, list(nav))),
        "demo": bool(getattr(settings, "DEMO", False)),
        "ui_now": timezone.now(),
    }
