"""A photograph, never cached outside its reader's browser."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.photos.keeping import open_photo


@require_GET
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a photograph to a reader of its owner; 404 to everybody else."""
    data, media = open_photo(photo_id=pk, by=request_actor(request))
    response = HttpResponse(data, content_type=media)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = "inline"
    return response
