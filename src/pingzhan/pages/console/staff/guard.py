"""The plain guard of pages whose right is asked inside: signed in, nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Send a visitor to the sign-in page; keeps the view's type, which login_required alone does not."""
    return login_required(view)
