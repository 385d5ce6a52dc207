"""Writing the notices of the roster into the outbox, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable

from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.messages import NewNotice, enqueue_bulk

SHIFT, SWAP, HANDOVER = "roster_shift", "roster_swap", "roster_handover"


def notice(
    person: Person,
    *,
    kind: str,
    dedupe: str,
    title: str,
    about: tuple[str, int],
    path: str,
    priority: int = 4,
) -> NewNotice:
    """Return a notice to one person; ``about`` is the kind and the id of its subject."""
    return NewNotice(
        dedupe=f"roster:{dedupe}:{person.pk}",
        recipient=person.pk,
        account=person.account_id,
        kind=kind,
        channel="auto",
        title=title,
        subject_kind=about[0],
        subject_id=about[1],
        priority=priority,
        unit_path=path,
    )


def send(notices: Iterable[NewNotice]) -> int:
    """Put notices into the outbox; return how many were new."""
    return enqueue_bulk(list(notices))
