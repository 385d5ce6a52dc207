"""The loop of the measures module."""

from __future__ import annotations

from pingzhan.domain.measures.actions.expiring import expire_terms, warn_ending

SECONDS = 60.0
"""How late the end of a term is written down; it holds from its moment."""


def terms_loop() -> None:
    """End what is over, announce what ends soon."""
    expire_terms()
    warn_ending()
