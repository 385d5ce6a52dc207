"""指挥大屏: the page, the fragment that all viewers of a zone share, and the same figures as tables."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from pingzhan.domain.drills import api as drills
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.live import version as live_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.wall.content import wall
from pingzhan.pages.console.zones import zone_for

TOPICS = ("command", "structure", "roster")
LEAST_SECONDS = 1.0
"""The picture of a zone is made at most once in this time, however many look and however much happens."""
MOST_SECONDS = 10
"""Without any change it is made anew after this time: due times pass and notices go out unannounced."""
_making = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """One rendering of a wall. ``stale``: something has changed since; ask again in a second."""

    version: str
    html: SafeString
    made: float
    stale: bool = False


@require_GET
@needs(Permission.VIEW_CONSOLE)
def index(request: HttpRequest) -> HttpResponse:
    """Show the wall of a zone; it refreshes itself and needs no hand."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    world = _world(request)
    shown = picture(zone, world)
    context = {"zone": zone, "world": world, "picture": shown, "topics": ",".join(TOPICS)}
    return render(request, "console/wall/index.html", context)


@require_GET
@needs(Permission.VIEW_CONSOLE)
def fragment(request: HttpRequest) -> HttpResponse:
    """Return the picture anew, or 204 when the page's version ``v`` is still the newest.

    The header ``X-Wall-Stale`` says that a newer one exists and can be had in a second.
    """
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    shown = picture(zone, _world(request))
    same = request.GET.get("v") == shown.version
    answer = HttpResponse(status=204) if same else HttpResponse(shown.html)
    if shown.stale:
        answer.headers["X-Wall-Stale"] = "1"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@needs(Permission.VIEW_CONSOLE)
def table(request: HttpRequest) -> HttpResponse:
    """Show what the wall shows as tables: groups, enterprises, matters by due time, gaps."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    world = _world(request)
    return render(request, "console/wall/table.html", {"wall": wall(zone, world), "world": world})


def picture(zone: Unit, world: int) -> Picture:
    """Return the picture of a zone, shared by all viewers of this process. One query when it is still right."""
    key = f"wall:{zone.pk}:{world}:{get_language()}"
    version = _version()
    kept: Picture | None = caches["local"].get(key)
    if kept is None or kept.version != version:
        with _making:
            kept = caches["local"].get(key)
            if kept is None or (kept.version != version and time.monotonic() - kept.made >= LEAST_SECONDS):
                kept = _make(zone, world, version)
                caches["local"].set(key, kept, 60)
    if kept.version != version:
        return Picture(kept.version, kept.html, kept.made, stale=True)
    return kept


def _make(zone: Unit, world: int, version: str) -> Picture:
    # The version is asked before the facts are read: a change in between costs one picture too many.
    html = render_to_string("console/wall/_wall.html", {"wall": wall(zone, world), "version": version})
    return Picture(version, html, time.monotonic())


def _version() -> str:
    text = f"{live_version(*TOPICS)}|{int(time.time() // MOST_SECONDS)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _world(request: HttpRequest) -> int:
    """Return the drill that is looked at, 0 for real life or when this person may not see it."""
    asked = request.GET.get("world", "")
    return drills.world_for(request_actor(request), asked) if asked not in ("", "0") else 0
