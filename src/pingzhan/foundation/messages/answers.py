"""Delivery reports that are handed out once: kept by themselves straight after reading, then noted.

A worker that dies between the gateway's answer and our noting loses nothing but what had not yet been read from the
line: the answer is a row of its own by then, and whoever polls next takes it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from pingzhan.foundation.messages import receipts
from pingzhan.foundation.messages.models import Answer, Channel
from pingzhan.foundation.messages.receipts import Report


def keep(channel: Channel, reports: Sequence[Report]) -> list[int]:
    """Store fetched reports, committed when this returns; return the numbers of their rows.

    Refuses to run inside another transaction.
    """
    size = receipts.MAX_REPORTS
    parts = [reports[start : start + size] for start in range(0, len(reports), size)]
    if not parts:
        return []
    with transaction.atomic(durable=True):
        made = Answer.objects.bulk_create(
            Answer(
                channel=channel,
                reports=[[_storable(one.reference), one.delivered, _storable(one.code)] for one in part],
            )
            for part in parts
        )
    return [one.pk for one in made]


def take_up(channel: Channel, numbers: Iterable[int]) -> int:
    """Note the reports of stored answers of a channel; return how many concerned one of its notices.

    An answer is noted and removed in one transaction, so it may be begun any number of times. One that cannot be
    noted keeps back no other; its error is raised at the end and the row stays for the next time.
    """
    known = 0
    first: Exception | None = None
    for number in numbers:
        try:
            known += _take_up(channel, number)
        except Exception as error:
            first = first or error
    if first is not None:
        raise first
    return known


def left(channel: Channel) -> list[int]:
    """Return the numbers of the answers of a channel that were never noted, the oldest first."""
    return list(Answer.objects.filter(channel=channel).values_list("pk", flat=True))


@transaction.atomic
def _take_up(channel: Channel, number: int) -> int:
    row = Answer.objects.select_for_update(no_key=True).filter(pk=number).first()
    if row is None:
        return 0
    known = receipts.take_reports(channel, [Report(*one) for one in row.reports])
    row.delete()
    return known


def _storable(text: str) -> str:
    """Return a gateway's text without what the database takes for no text; a report is not lost over a sign."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
