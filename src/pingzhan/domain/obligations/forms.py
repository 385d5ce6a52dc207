"""Where an obligation is met: the shortest form for each kind of evidence, and how its evidence is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pingzhan.foundation.access.actor import Actor

OneTap = Callable[[int, Actor], int]
"""``fn(unit_id, by)``: the honest "as planned" or "nothing to report"; returns how many were closed."""
Viewer = Callable[[int], str]
"""``fn(ref_id)``: the address where a piece of evidence is shown."""


@dataclass(frozen=True)
class Form:
    """``view_name`` is reversed with the unit's id; ``one_tap`` is None where one tap would not be honest."""

    view_name: str
    one_tap: OneTap | None = None


_forms: dict[str, Form] = {}
_default: list[Form] = []
_viewers: dict[str, Viewer] = {}


def register_form(evidence: str, view_name: str, one_tap: OneTap | None = None) -> None:
    """Name the page on which obligations of this evidence are met; a repeated call replaces the former."""
    _forms[str(evidence)] = Form(view_name, one_tap)


def form_of(evidence: str) -> Form | None:
    """Return the form of an evidence kind, that of declarations when no ledger keeps it."""
    return _forms.get(str(evidence)) or (_default[-1] if _default else None)


def register_default_form(view_name: str) -> None:
    """Name the page on which obligations without a ledger are declared; a repeated call replaces the former."""
    _default[:] = [Form(view_name)]


def has_ledger(evidence: str) -> bool:
    """Return whether a ledger of its own keeps this kind of evidence."""
    return str(evidence) in _forms


def register_viewer(ref_kind: str, viewer: Viewer) -> None:
    """Say where evidence of this kind is shown (drill-down of compliance)."""
    _viewers[ref_kind] = viewer


def viewer_of(ref_kind: str) -> Viewer | None:
    """Return how evidence of this kind is shown, None when no page shows it."""
    return _viewers.get(ref_kind)
