"""Writing into the running log of the duty desk."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import LogLine
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Invalid

MAX_LOG = 500
"""Characters of one line: it is a line, not a report."""


@transaction.atomic
def write_log(*, zone: Unit, text: str, by: Actor, world: int = 0) -> LogLine:
    """Append one line to the log of a zone and return it.

    Refused to whoever may not see the desk of that zone; Invalid for an empty or overlong line. The trail
    gets the hash of the text, so a change past the trigger can be proven. Open desks are told at commit.
    """
    require(by, Permission.VIEW_CONSOLE, zone.path)
    line = " ".join(text.split())
    if not line:
        raise Invalid(_("请写下要记的内容。"), code="log_empty")
    if len(line) > MAX_LOG:
        raise Invalid(_("一条日志最多 %(n)d 字，请分条记。") % {"n": MAX_LOG}, code="log_too_long")
    stored = LogLine.objects.create(
        world=world, zone=zone, text=line, by_id=by.user_id, by_name=by.name or _("系统")
    )
    stored.refresh_from_db(fields=["at"])
    announce("command", {"log": stored.pk})
    record(
        "log.write",
        by=by,
        subject=("log_line", stored.pk),
        unit_path=zone.path,
        world=world,
        body={"sha": hashlib.sha256(line.encode()).hexdigest()},
    )
    return stored
