"""Whether a question read in the document is still open after the draft changed."""

from __future__ import annotations

from django.db.models import Count

from pingzhan.domain.organisation.enums import FindingKind, FindingSource, GroupKind, PostRole
from pingzhan.domain.organisation.models import Finding, Holding, ReadEntry, StructureVersion


def _persons_of(version: StructureVersion, entries: list[int]) -> list[int]:
    return list(
        ReadEntry.objects.filter(version=version, n__in=entries, holding__person__isnull=False).values_list(
            "holding__person_id", flat=True
        )
    )


def _several_posts(version: StructureVersion, finding: Finding) -> bool:
    persons = _persons_of(version, finding.subject.get("entries", []))
    return (
        Holding.objects.filter(
            post__version=version, person_id__in=persons, rank=0, post__group__kind=GroupKind.WORK
        )
        .values("person_id")
        .annotate(posts=Count("post_id", distinct=True))
        .filter(posts__gt=1)
        .exists()
    )


def _two_heads(version: StructureVersion, finding: Finding) -> bool:
    return (
        Holding.objects.filter(
            post__version=version,
            post__group__name=finding.subject.get("group"),
            post__role=PostRole.HEAD,
            rank=0,
        ).count()
        > 1
    )


def _without_post(version: StructureVersion, finding: Finding) -> bool:
    """Of the persons meant, one at least holds no post outside the leading group (or nobody is linked)."""
    persons = set(_persons_of(version, finding.subject.get("entries", [])))
    if not persons:
        return True
    placed = set(
        Holding.objects.filter(post__version=version, person_id__in=persons, rank=0)
        .exclude(post__group__kind=GroupKind.LEADING)
        .values_list("person_id", flat=True)
    )
    return not persons <= placed


def _class_open(version: StructureVersion, finding: Finding) -> bool:
    return Holding.objects.filter(
        post__version=version,
        person__isnull=True,
        person_query="",
        entries__n__in=finding.subject.get("entries", []),
    ).exists()


def _no_substitute(version: StructureVersion, _finding: Finding) -> bool:
    return not Holding.objects.filter(post__version=version, rank__gt=0).exists()


_STILL = {
    FindingKind.SEVERAL_POSTS: _several_posts,
    FindingKind.TWO_HEADS: _two_heads,
    FindingKind.PERSON_WITHOUT_POST: _without_post,
    FindingKind.CLASS_UNRESOLVED: _class_open,
    FindingKind.NO_SUBSTITUTE: _no_substitute,
    FindingKind.NAME_CHOICE: _class_open,
}


def still_holds(version: StructureVersion, finding: Finding) -> bool:
    """Return whether an open finding of the document is still true of the draft.

    A finding computed from the structure is true only while it is computed again, so the answer is no.
    """
    if finding.source == FindingSource.STRUCTURE:
        return False
    test = _STILL.get(FindingKind(finding.kind))
    return test is None or test(version, finding)
