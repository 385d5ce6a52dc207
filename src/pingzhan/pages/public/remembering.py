"""Who used his signed link on this telephone: known at the check-in sheets, nowhere else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "pz_me"
COOKIE_SECONDS = 72 * 3600
COOKIE_SALT = "pingzhan.public.arrive"


def remember(response: HttpResponse, person_id: int) -> None:
    """Let this telephone be known at the sheets: its holder has just used his own signed link on it."""
    response.set_signed_cookie(
        COOKIE,
        str(person_id),
        salt=COOKIE_SALT,
        max_age=COOKIE_SECONDS,
        path="/arrive/",
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE,
    )


def remembered(request: HttpRequest) -> int | None:
    """Return the person who used his link on this telephone within three days, None when nobody did."""
    text = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_SECONDS)
    return int(text) if text else None
