"""Where the pages of the roster are, for notices and gaps; the domain does not know them otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse


def _page(name: str, *args: Any) -> str:
    try:
        return reverse(f"roster:{name}", args=args)
    except NoReverseMatch:
        return "/roster/"


def shift_link(pk: int) -> str:
    """Return the page of one shift."""
    return _page("shift", pk)


def new_link(day: date) -> str:
    """Return the page where a roster is made that begins on a day."""
    return f"{_page('new')}?first={day:%Y-%m-%d}"


def mine_link() -> str:
    """Return the page of one's own duties."""
    return _page("mine")


def handover_link(pk: int) -> str:
    """Return the page of one hand-over."""
    return _page("handover", pk)


def swaps_link() -> str:
    """Return the page where swaps are approved."""
    return _page("swaps")
