"""A notice, as file or upload, into a draft: reading itself is pure, here it meets the database."""

from __future__ import annotations

from pathlib import Path, PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import reading as notices
from pingzhan.domain.organisation import rules
from pingzhan.domain.organisation.actions.common import note, recompute
from pingzhan.domain.organisation.actions.drafting import (
    Notice,
    NoticeClause,
    NoticeEntry,
    NoticeFinding,
    NoticeGroup,
    fill_draft,
)
from pingzhan.domain.organisation.actions.versions import open_draft
from pingzhan.domain.organisation.enums import FindingKind
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.organisation.queries.rows import published_version
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Invalid

#: Longest title taken over from a notice.
_TITLE = 120


def as_notice(read: notices.Reading) -> Notice:
    """Return what was read as the drafting works on it: the same entries, clauses, findings and places."""
    return Notice(
        title=read.title,
        text=read.text,
        groups=tuple(
            NoticeGroup(
                name=group.name,
                leading=group.kind == "leading",
                entries=tuple(
                    NoticeEntry(
                        role=entry.role,
                        name=entry.name or "",
                        title=entry.title or "",
                        class_rule=entry.class_rule or "",
                        start=entry.start,
                        end=entry.end,
                    )
                    for entry in group.entries
                ),
                clauses=tuple(NoticeClause(duty.text, duty.start, duty.end) for duty in group.duties),
            )
            for group in read.groups
        ),
        findings=tuple(
            NoticeFinding(
                kind=FindingKind(finding.kind),
                key=finding.key,
                subject=dict(finding.subject),
                spans=tuple((place.start, place.end) for place in finding.places),
            )
            for finding in notices.findings(read)
        ),
        unread=tuple((unread.start, unread.end) for unread in read.unread),
        counts=dict(read.counts),
    )


def import_notice(
    *,
    zone: Unit,
    by: Actor,
    path: str | Path | None = None,
    content: bytes | None = None,
    filename: str = "",
    basis_doc: str = "",
) -> StructureVersion:
    """Read a notice into a new draft and return it; nothing is in force until the draft is published.

    Give either ``path`` or ``content`` with ``filename``. Everything read is stored with its place in the
    text, and what was not understood as unread text: counts in equal counts stored plus unread. Raises
    the reader's Invalid or NotFound, which say what to do about a file it cannot take (a scan, .doc), Invalid
    when there is no list of members in it, Refused without the right to edit.
    """
    rules.require_edit(by, zone)
    source = notices.load(path) if path is not None else notices.load_bytes(content or b"", filename)
    notice = as_notice(notices.read_text(source.text))
    if not notice.groups:
        raise Invalid(
            _("这份文件里没有读到领导小组或工作组的名单。"),
            hint=_("请确认上传的是带附件名单的通知；也可以新建空白草稿后手工录入。"),
            code="no_groups",
            place=source.name,
        )
    return _store(zone, by, notice, source.name, basis_doc)


@transaction.atomic
def _store(zone: Unit, by: Actor, notice: Notice, filename: str, basis_doc: str) -> StructureVersion:
    title = notice.title.strip()[:_TITLE] or PurePath(filename).stem[:_TITLE]
    version = open_draft(
        zone=zone,
        title=title,
        basis_doc=basis_doc,
        by=by,
        base=published_version(zone.pk),
        source_name=PurePath(filename).name,
        source_text=notice.text,
        reading={"counts": notice.counts, "unread": [list(span) for span in notice.unread]},
    )
    fill_draft(version, notice)
    recompute(version)
    note(
        "import_notice",
        version,
        by,
        {
            "entries": version.entries.count(),
            "unread": len(notice.unread),
            "findings": version.findings.count(),
        },
    )
    return version
