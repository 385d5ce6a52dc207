"""Writing into the running log of the duty desk."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import LogLine
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Invalid

MAX_LOG = 500
"""Characters of one line: it is a line, not a report."""
PAPER_DAYS = 30
"""How far back a line from paper may lie: what is older belongs into a report, not into the running log."""


@transaction.atomic
def write_log(
    *, zone: Unit, text: str, by: Actor, world: int = 0, paper_at: datetime | None = None
) -> LogLine:
    """Append one line to the log of a zone and return it.

    ``paper_at`` is given for a line that was written on paper while the system could not be reached
    (command.md 15, case 27), at most ``PAPER_DAYS`` back. Refused to whoever may not see the desk of that
    zone; Invalid for an empty or overlong line and for a time on paper that is to come or too long ago. The
    trail gets the hash of the text, so a change past the trigger can be proven. Open desks are told at commit.
    """
    require(by, Permission.VIEW_CONSOLE, zone.path)
    line = " ".join(text.split())
    if not line:
        raise Invalid(_("请写下要记的内容。"), code="log_empty")
    if len(line) > MAX_LOG:
        raise Invalid(_("一条日志最多 %(n)d 字，请分条记。") % {"n": MAX_LOG}, code="log_too_long")
    if paper_at is not None:
        now = clock.now()
        if paper_at > now:
            raise Invalid(_("纸上记录的时间不能晚于现在。"), code="log_paper_future")
        if paper_at < now - timedelta(days=PAPER_DAYS):
            raise Invalid(_("只能补录最近 %(n)d 天的纸质记录。") % {"n": PAPER_DAYS}, code="log_paper_old")
    stored = LogLine.objects.create(
        world=world,
        zone=zone,
        text=line,
        by_id=by.user_id,
        by_name=by.name or _("系统"),
        paper_at=paper_at,
    )
    stored.refresh_from_db(fields=["at"])
    announce("command", {"log": stored.pk})
    record(
        "log.write",
        by=by,
        subject=("log_line", stored.pk),
        unit_path=zone.path,
        world=world,
        body={"sha": hashlib.sha256(line.encode()).hexdigest()}
        | ({"paper_at": paper_at.isoformat()} if paper_at is not None else {}),
    )
    return stored
