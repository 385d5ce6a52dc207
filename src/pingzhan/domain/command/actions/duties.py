"""Publishing duty sets and the escalation ladder."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from pingzhan.domain.command import dutyset
from pingzhan.domain.command.enums import VersionState
from pingzhan.domain.command.models import Duty, DutyVersion, PolicyVersion, Step
from pingzhan.domain.organisation.api import clause_rows
from pingzhan.domain.organisation.enums import VersionStatus
from pingzhan.domain.organisation.models import Group, StructureVersion
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record

_compiled: dict[str, str] = {}
"""Hash of the duties of a structure version by the hash of its content, which never changes again."""


def ensure_duties(structure: StructureVersion) -> DutyVersion:
    """Return the duty version in force for a structure version, published from the default set if need be.

    The caller holds the lock of the world, so two switches never publish it twice. A default set that
    changed since (an update of the product) is published as the next version; activations keep theirs.
    """
    current = DutyVersion.objects.filter(structure_version=structure, status=VersionState.PUBLISHED).first()
    if current is not None and current.sha256 == _compiled.get(structure.sha256):
        return current
    groups = [
        dutyset.GroupLike(*row)
        for row in Group.objects.filter(version=structure)
        .order_by("sort", "id")
        .values_list("code", "name", "kind")
    ]
    rows = dutyset.compile_duties(groups, clause_rows(structure.pk))
    sha = dutyset.duty_sha(rows)
    _compiled[structure.sha256] = sha
    if current is not None and current.sha256 == sha:
        return current
    if current is not None:
        DutyVersion.objects.filter(pk=current.pk).update(status=VersionState.RETIRED)
    top = DutyVersion.objects.filter(zone_id=structure.zone_id).aggregate(top=Max("n"))["top"]
    version = DutyVersion.objects.create(
        zone_id=structure.zone_id, structure_version=structure, n=(top or 0) + 1, sha256=sha
    )
    Duty.objects.bulk_create(Duty(version=version, **row._asdict()) for row in rows)
    return version


def ensure_policy() -> PolicyVersion:
    """Return the escalation ladder in force, publishing the default one on first use."""
    current = PolicyVersion.objects.filter(status=VersionState.PUBLISHED).first()
    if current is not None:
        return current
    top = PolicyVersion.objects.aggregate(top=Max("n"))["top"]
    version = PolicyVersion.objects.create(n=(top or 0) + 1)
    Step.objects.bulk_create(Step(version=version, **step._asdict()) for step in dutyset.ladder())
    return version


@transaction.atomic
def ensure_defaults(*, by: Actor) -> int:
    """Publish the ladder, and the duty set of every published structure; return how many duty sets are in force.

    Repeating it changes nothing. Needs no permission: it only puts in force what the product ships with.
    """
    ensure_policy()
    published = StructureVersion.objects.filter(status=VersionStatus.PUBLISHED)
    versions = [ensure_duties(structure) for structure in published]
    record("command.ensure_defaults", by=by, body={"duty_versions": [one.pk for one in versions]})
    return len(versions)


def snapshot(policy: int) -> dict[str, list[dict[str, object]]]:
    """Return the ladder of each posture of a policy version as seats keep it: seconds ascending."""
    found: dict[str, list[dict[str, object]]] = {"routine": [], "emergency": []}
    for step in Step.objects.filter(version_id=policy).order_by("after_sec", "n"):
        found[step.posture].append(
            {
                "n": step.n,
                "after_sec": step.after_sec,
                "action": step.action,
                "target": step.target,
                "channels": step.channel_set,
            }
        )
    return found
