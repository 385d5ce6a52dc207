"""Life of a version: made empty or from the current one, published, retired, discarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import events, rules, wording
from pingzhan.domain.organisation.actions.common import (
    checked,
    lock_draft,
    lock_version,
    note,
    open_critical,
    recompute,
)
from pingzhan.domain.organisation.enums import VersionStatus
from pingzhan.domain.organisation.models import (
    Clause,
    Group,
    Holding,
    Person,
    Post,
    StructureVersion,
)
from pingzhan.domain.organisation.queries.canonical import content_sha256
from pingzhan.domain.organisation.queries.checks import has_leading_group
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid

#: Numbers of versions are given one zone at a time.
_NUMBER_LOCK = 0x70_7A_02


def open_draft(
    *,
    zone: Unit,
    title: str,
    basis_doc: str,
    by: Actor,
    base: StructureVersion | None = None,
    source_name: str = "",
    source_text: str = "",
    reading: Mapping[str, Any] | None = None,
) -> StructureVersion:
    """Insert the row of a new draft with the next number; the caller fills and records it."""
    if zone.kind != UnitKind.ZONE:
        raise Invalid(_("组织架构只能为开发区编制。"), place=zone.code)
    rules.require_edit(by, zone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBER_LOCK, zone.pk])
    top = StructureVersion.objects.filter(zone=zone).aggregate(top=Max("n"))["top"] or 0
    version = StructureVersion(
        zone=zone,
        n=top + 1,
        title=title.strip(),
        basis_doc=basis_doc.strip(),
        base=base,
        source_name=source_name,
        source_text=source_text,
        reading=dict(reading or {}),
        created_by_id=by.user_id,
    )
    checked(version)
    version.save()
    return version


@transaction.atomic
def create_draft(*, zone: Unit, title: str, by: Actor, basis_doc: str = "") -> StructureVersion:
    """Make an empty draft, so that a zone without a notice builds its structure by hand.

    Raises Refused without the right to edit, Invalid for an empty title.
    """
    version = open_draft(zone=zone, title=title, basis_doc=basis_doc, by=by)
    recompute(version)
    note("create_draft", version, by)
    return version


@transaction.atomic
def change_draft(*, version: StructureVersion, title: str, basis_doc: str, by: Actor) -> StructureVersion:
    """Change the title and the document a draft is based on."""
    draft = lock_draft(version, by)
    draft.title, draft.basis_doc = title.strip(), basis_doc.strip()
    checked(draft)
    draft.save(update_fields=["title", "basis_doc"])
    note("change_draft", draft, by)
    return draft


@transaction.atomic
def discard_draft(*, version: StructureVersion, by: Actor) -> None:
    """Delete a draft with everything only it had named; its number is free again if it was the last.

    Raises Conflict when it has been published meanwhile.
    """
    draft = lock_draft(version, by)
    named = set(
        Holding.objects.filter(post__version=draft, person__provisional=True).values_list(
            "person_id", flat=True
        )
    )
    zone_path, pk, n = draft.zone.path, draft.pk, draft.n
    draft.delete()
    Person.objects.filter(pk__in=named, provisional=True, holdings__isnull=True).delete()
    record(
        "structure.discard_draft",
        by=by,
        subject=("structure_version", pk),
        unit_path=zone_path,
        body={"n": n},
    )


def _copy_content(source: StructureVersion, target: StructureVersion) -> None:
    groups: dict[int, Group] = {}
    for group in Group.objects.filter(version=source):
        groups[group.pk] = Group(
            version=target, code=group.code, name=group.name, kind=group.kind, sort=group.sort
        )
    Group.objects.bulk_create(groups.values())
    Clause.objects.bulk_create(
        Clause(version=target, group=groups[clause.group_id], n=clause.n, text=clause.text)
        for clause in Clause.objects.filter(version=source)
    )
    posts: dict[int, Post] = {}
    for post in Post.objects.filter(version=source):
        old = post.pk
        post.pk, post._state.adding = None, True
        post.version, post.group = target, groups[post.group_id]
        posts[old] = post
    Post.objects.bulk_create(posts.values())
    holdings = []
    for holding in Holding.objects.filter(post__version=source):
        holding.pk, holding._state.adding = None, True
        holding.post = posts[holding.post_id]
        holdings.append(holding)
    Holding.objects.bulk_create(holdings)


@transaction.atomic
def clone_version(*, version: StructureVersion, by: Actor, title: str = "") -> StructureVersion:
    """Make the next draft from a version; both say the same until the draft is changed.

    Places in the source text are not copied, because the draft has no source of its own.
    """
    draft = open_draft(
        zone=version.zone,
        title=title or version.title,
        basis_doc=version.basis_doc,
        by=by,
        base=version,
    )
    _copy_content(version, draft)
    recompute(draft)
    note("clone_version", draft, by, {"base": version.n})
    return draft


def _refuse_open(version: StructureVersion) -> None:
    if not has_leading_group(version):
        raise Conflict(
            _("这一版还没有领导小组，不能发布。"), hint=_("请先建立领导小组及其组长岗位。"), code="no_leading"
        )
    if not Post.objects.filter(version=version).exists():
        raise Conflict(_("这一版还没有岗位，不能发布。"), hint=_("请先建立岗位。"), code="no_posts")
    blocking = open_critical(version)
    if blocking:
        raise Conflict(
            _("还有 %(count)d 个严重问题没有处理，不能发布。第一个：%(first)s")
            % {
                "count": len(blocking),
                "first": wording.sentence(blocking[0].kind, blocking[0].subject),
            },
            hint=_("请逐个答复，或由有发布权限的人写明理由予以豁免。"),
            code="findings_open",
        )


@transaction.atomic
def publish(*, version: StructureVersion, by: Actor) -> StructureVersion:
    """Put a draft in force for its zone and return it; the former one is retired but stays usable.

    Refused without the right to publish. Conflict while a critical finding is open and not waived by name,
    when the draft has been published already, or when it was cloned from a version no longer in force (a
    notice read anew replaces whatever is in force, so it is not asked).
    After commit the topic "structure" is announced and StructurePublished is sent.
    """
    rules.require_publish(by, version.zone)
    draft = lock_version(version)
    if draft.status != VersionStatus.DRAFT:
        raise Conflict(_("%(version)s已经发布。") % {"version": draft}, code="already_published")
    current = (
        StructureVersion.objects.select_for_update(no_key=True)
        .filter(zone=draft.zone, status=VersionStatus.PUBLISHED)
        .first()
    )
    by_hand = not draft.source_text
    if current is not None and by_hand and draft.base_id is not None and draft.base_id != current.pk:
        raise Conflict(
            _("现行版本已是%(current)s，这份草稿是在更早的版本上修改的。") % {"current": current},
            hint=_("请在现行版本的基础上新建草稿，再作修改。"),
            code="base_outdated",
        )
    recompute(draft)
    _refuse_open(draft)
    Person.objects.filter(holdings__post__version=draft, provisional=True).update(
        provisional=False, active=True
    )
    if current is not None:
        current.status = VersionStatus.RETIRED
        current.save(update_fields=["status"])
    sha = content_sha256(draft)
    StructureVersion.objects.filter(pk=draft.pk).update(
        status=VersionStatus.PUBLISHED,
        sha256=sha,
        published_at=Now(),
        published_by_id=by.user_id,
        base=current,
    )
    draft.refresh_from_db()
    event = events.StructurePublished(zone_id=draft.zone_id, version_id=draft.pk, n=draft.n)
    transaction.on_commit(
        lambda: events.structure_published.send_robust(sender=StructureVersion, event=event)
    )
    announce("structure", {"version": draft.pk, "n": draft.n})
    note("publish", draft, by, {"sha256": sha, "waived": draft.findings.filter(state="waived").count()})
    return draft
