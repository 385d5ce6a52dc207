"""What every change of a draft shares: the lock, the check, the recomputed findings, the audit record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from pypinyin import Style, pinyin

from pingzhan.domain.organisation import rules, wording
from pingzhan.domain.organisation.enums import (
    FindingSource,
    FindingState,
    PersonKind,
    Severity,
    VersionStatus,
)
from pingzhan.domain.organisation.models import Finding, Holding, Person, Post, StructureVersion
from pingzhan.domain.organisation.queries.checks import Found, structure_findings
from pingzhan.domain.organisation.queries.persisting import still_holds
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


def sort_key(name: str) -> str:
    """Return the reading of a name with tone numbers, so that lists sort alike on every server."""
    return " ".join(part[0] for part in pinyin(name, style=Style.TONE3))


def lock_version(version: StructureVersion) -> StructureVersion:
    """Return the row of a version locked until commit, so that nobody publishes or edits it meanwhile."""
    locked = (
        StructureVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("zone")
        .filter(pk=version.pk)
        .first()
    )
    if locked is None:
        raise NotFound(_("这一版组织架构已不存在。"))
    return locked


def lock_draft(version: StructureVersion, by: Actor) -> StructureVersion:
    """Return a draft locked for a change by somebody who may edit it.

    Raises Refused without the right, Conflict when it has been published meanwhile.
    """
    rules.require_edit(by, version.zone)
    locked = lock_version(version)
    if locked.status != VersionStatus.DRAFT:
        raise Conflict(
            _("%(version)s已经发布，不能再改。") % {"version": locked},
            hint=_("请在它的基础上新建下一版。"),
            code="published",
        )
    return locked


def checked(row: models.Model, place: str = "") -> None:
    """Raise Invalid with the Chinese messages of the model's own constraints when the row breaks one."""
    try:
        row.full_clean()
    except ValidationError as error:
        names = {field.name: str(field.verbose_name) for field in row._meta.fields}
        parts = [
            message if field == "__all__" else f"{names.get(field, field)}：{message}"
            for field, messages in error.message_dict.items()
            for message in messages
        ]
        raise Invalid("".join(parts), place=place) from error


def new_person(*, zone: Unit, name: str, title: str = "", provisional: bool) -> Person:
    """Create a person of the zone; a provisional one counts only inside the draft that names him."""
    person = Person(
        name=name,
        sort_key=sort_key(name),
        title=title,
        kind=PersonKind.OFFICIAL,
        home_unit=zone,
        active=not provisional,
        provisional=provisional,
    )
    checked(person, name)
    person.save()
    return person


def drop_unused_provisional(person_ids: set[int]) -> None:
    """Delete persons that only a draft had named and that no holding names any more."""
    Person.objects.filter(pk__in=person_ids, provisional=True, holdings__isnull=True).delete()


def store_findings(version: StructureVersion, found: list[Found], source: FindingSource) -> None:
    """Write new findings, reopen those that came back, and refresh the text of those that stay open."""
    known = {finding.key: finding for finding in version.findings.all()}
    fresh: list[Finding] = []
    for item in found:
        sentence = wording.source_sentence(item.kind, item.subject)
        old = known.get(item.key)
        if old is None:
            fresh.append(
                Finding(
                    version=version,
                    key=item.key,
                    kind=item.kind,
                    source=source,
                    severity=item.severity,
                    sentence=sentence,
                    places=item.places,
                    subject=item.subject,
                )
            )
        elif old.state in (FindingState.OPEN, FindingState.GONE) and (
            old.state == FindingState.GONE
            or {**old.subject, **item.subject} != old.subject
            or old.severity != item.severity
        ):
            old.state = FindingState.OPEN
            # What the document said of it (its entries) stays beside what the structure says now.
            old.subject = {**old.subject, **item.subject}
            old.sentence, old.severity = sentence, item.severity
            old.places = item.places or old.places
            old.save(update_fields=["state", "subject", "sentence", "severity", "places"])
    Finding.objects.bulk_create(fresh)


def recompute(version: StructureVersion) -> None:
    """Bring the findings of a draft in line with its rows; answers and waivers already given stay."""
    found = structure_findings(version)
    # A head pair read in the document is the same question as the one the structure asks.
    store_findings(version, found, FindingSource.STRUCTURE)
    current = {item.key for item in found}
    gone = [
        finding.pk
        for finding in version.findings.filter(state=FindingState.OPEN)
        if finding.key not in current and not still_holds(version, finding)
    ]
    Finding.objects.filter(pk__in=gone).update(state=FindingState.GONE)


def close_finding(
    finding: Finding, *, by: Actor, answer: Mapping[str, Any] | None, state: FindingState, reason: str = ""
) -> None:
    """Mark a finding answered or waived by name."""
    Finding.objects.filter(pk=finding.pk).update(
        state=state,
        answer=dict(answer) if answer is not None else None,
        reason=reason,
        answered_by_id=by.user_id,
        answered_by_name=by.name,
        answered_at=Now(),
    )
    finding.refresh_from_db()


def open_critical(version: StructureVersion) -> list[Finding]:
    """Return the findings that still block publishing."""
    return list(version.findings.filter(state=FindingState.OPEN, severity=Severity.CRITICAL))


def next_seat(post: Post) -> int:
    """Return the first seat number after those in use."""
    top = Holding.objects.filter(post=post).aggregate(top=models.Max("seat_no"))["top"]
    return int(top or 0) + 1


def note(verb: str, version: StructureVersion, by: Actor, body: Mapping[str, Any] | None = None) -> None:
    """Write the audit record of a change of a version; call it last."""
    record(
        f"structure.{verb}",
        by=by,
        subject=("structure_version", version.pk),
        unit_path=version.zone.path,
        body={"n": version.n, **(body or {})},
    )
