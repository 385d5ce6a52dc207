"""Answers to the questions a draft leaves; each keeps who answered what.

Same names are asked about, never merged (command.md section 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import rules, wording
from pingzhan.domain.organisation.actions.common import (
    close_finding,
    drop_unused_provisional,
    lock_draft,
    lock_version,
    new_person,
    next_seat,
    note,
    recompute,
)
from pingzhan.domain.organisation.enums import (
    CLASS_MAX_SEATS,
    PERSON_QUERIES,
    FindingKind,
    FindingState,
    GroupKind,
    PostRole,
    VersionStatus,
)
from pingzhan.domain.organisation.models import (
    Finding,
    Holding,
    Person,
    Post,
    ReadEntry,
    StructureVersion,
)
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid


def _open(finding: Finding, kinds: Sequence[FindingKind], by: Actor) -> StructureVersion:
    """Lock the draft and the finding; Conflict when somebody answered it first."""
    draft = lock_draft(finding.version, by)
    finding.refresh_from_db()
    if finding.state not in (FindingState.OPEN, FindingState.WAIVED):
        raise Conflict(
            _("这个问题已经由%(who)s处理。") % {"who": finding.answered_by_name or _("结构的修改")},
            code="answered",
        )
    if finding.kind not in kinds:
        raise Invalid(_("这种答复不适用于这个问题。"), place=finding.kind)
    return draft


def _entries(finding: Finding) -> list[ReadEntry]:
    return list(
        ReadEntry.objects.filter(version=finding.version, n__in=finding.subject.get("entries", []))
        .select_related("holding__person", "holding__post", "group")
        .order_by("n")
    )


def _close_gap(post: Post, seat_no: int) -> None:
    """Move the seats after a removed one down, so that seats stay numbered without a hole."""
    for holding in post.holdings.filter(seat_no__gt=seat_no).order_by("seat_no", "rank"):
        Holding.objects.filter(pk=holding.pk).update(seat_no=holding.seat_no - 1)
    most = max(post.max_seats - 1, 1)
    Post.objects.filter(pk=post.pk).update(max_seats=most, min_seats=min(post.min_seats, most))


def _assign(entry: ReadEntry, person: Person) -> None:
    """Make an entry's holding that person's; a second listing of him on the same post loses its seat."""
    holding = entry.holding
    if holding is None or holding.person_id == person.pk:
        return
    twin = Holding.objects.filter(post_id=holding.post_id, person=person).exclude(pk=holding.pk).first()
    if twin is None:
        Holding.objects.filter(pk=holding.pk).update(person=person)
        return
    ReadEntry.objects.filter(pk=entry.pk).update(holding=twin)
    post = Post.objects.get(pk=holding.post_id)
    seat_no = holding.seat_no
    Holding.objects.filter(pk=holding.pk).delete()
    _close_gap(post, seat_no)


def _merge(draft: StructureVersion, other: Person, person: Person) -> None:
    """Let a person take every place that another has in this draft; the other person's record stays as it is,
    unless only this draft had named him."""
    for entry in ReadEntry.objects.filter(version=draft, holding__person=other).select_related("holding"):
        _assign(entry, person)
    for holding in Holding.objects.filter(post__version=draft, person=other):
        if Holding.objects.filter(post_id=holding.post_id, person=person).exists():
            holding.delete()
        else:
            Holding.objects.filter(pk=holding.pk).update(person=person)
    drop_unused_provisional({other.pk})


def _person_for(entries: list[ReadEntry], taken: set[int]) -> Person | None:
    """Return the person one of the entries already has and no other cluster uses."""
    for entry in entries:
        person = entry.holding.person if entry.holding else None
        if person is not None and person.pk not in taken:
            return person
    return None


@transaction.atomic
def resolve_same_name(*, finding: Finding, same_as: Mapping[int, int], by: Actor) -> Finding:
    """Say which entries of one name are the same person.

    ``same_as`` maps the number of an entry to the number of the entry whose person he is; an entry mapped to
    itself, or left out, is a person of his own. Raises Invalid for numbers that are not in the question.
    """
    draft = _open(finding, [FindingKind.SAME_NAME], by)
    entries = {entry.n: entry for entry in _entries(finding)}
    clusters: dict[int, list[ReadEntry]] = {}
    for n, entry in entries.items():
        leader = same_as.get(n, n)
        leader = same_as.get(leader, leader)
        if leader not in entries:
            raise Invalid(_("答复引用了不在这个问题里的条目。"), place=str(leader))
        clusters.setdefault(leader, []).append(entry)
    before = {e.holding.person_id for e in entries.values() if e.holding and e.holding.person_id}
    taken: set[int] = set()
    for leader, members in sorted(clusters.items()):
        first = [entries[leader], *(e for e in members if e.n != leader)]
        person = _person_for(first, taken)
        if person is None:
            titled = next((e.title for e in first if e.title), "")
            person = new_person(zone=draft.zone, name=entries[leader].name, title=titled, provisional=True)
        taken.add(person.pk)
        for entry in first:
            entry.refresh_from_db(fields=["holding"])
            _assign(entry, person)
    drop_unused_provisional(before)
    close_finding(
        finding,
        by=by,
        answer={"same_as": {str(n): same_as.get(n, n) for n in entries}},
        state=FindingState.ANSWERED,
    )
    _settle_without_post(draft)
    recompute(draft)
    note("resolve_same_name", draft, by, {"finding": finding.pk, "persons": len(clusters)})
    return finding


def _settle_without_post(draft: StructureVersion) -> None:
    """Once the same-name question is answered, say which of the two it is that has no post."""
    for finding in draft.findings.filter(
        kind=FindingKind.PERSON_WITHOUT_POST, state=FindingState.OPEN, subject__certain=False
    ):
        without = []
        for entry in _entries(finding):
            person = entry.holding.person if entry.holding else None
            if person is None:
                continue
            placed = (
                Holding.objects.filter(post__version=draft, person=person, rank=0)
                .exclude(post__group__kind=GroupKind.LEADING)
                .exists()
            )
            if not placed:
                without.append(entry)
        if not without:
            continue
        subject = {
            **finding.subject,
            "certain": True,
            "entries": [entry.n for entry in without],
            "label": "、".join(
                f"{entry.name}（{entry.title}）" if entry.title else entry.name for entry in without
            ),
        }
        finding.subject = subject
        finding.sentence = wording.source_sentence(finding.kind, subject)
        finding.save(update_fields=["subject", "sentence"])


@transaction.atomic
def resolve_similar(*, finding: Finding, same: bool, by: Actor, keep: int | None = None) -> Finding:
    """Say whether two near-same names are one person; if so, ``keep`` is the entry whose spelling is right.

    The other entry stays as read. Raises Invalid when ``keep`` is missing or not one of the two.
    """
    draft = _open(finding, [FindingKind.SIMILAR_NAME], by)
    entries = {entry.n: entry for entry in _entries(finding)}
    if same:
        right = entries.get(keep) if keep is not None else None
        if right is None or right.holding is None or right.holding.person is None:
            raise Invalid(_("请选择哪一个写法是对的。"))
        person = right.holding.person
        for entry in entries.values():
            other = entry.holding.person if entry.holding else None
            if other is not None and other != person:
                _merge(draft, other, person)
    close_finding(finding, by=by, answer={"same": same, "keep": keep}, state=FindingState.ANSWERED)
    recompute(draft)
    note("resolve_similar", draft, by, {"finding": finding.pk, "same": same})
    return finding


@transaction.atomic
def choose_person(*, finding: Finding, by: Actor, person: Person | None) -> Finding:
    """Say which person of the register a name in the notice means; None means somebody new."""
    draft = _open(finding, [FindingKind.NAME_CHOICE], by)
    entries = _entries(finding)
    if person is None:
        person = new_person(zone=draft.zone, name=entries[0].name, title=entries[0].title, provisional=True)
    elif person.pk not in finding.subject.get("candidates", []):
        raise Invalid(_("所选人员不在候选名单里。"))
    for entry in entries:
        _assign(entry, person)
    close_finding(finding, by=by, answer={"person": person.pk}, state=FindingState.ANSWERED)
    recompute(draft)
    note("choose_person", draft, by, {"finding": finding.pk, "person": person.pk})
    return finding


@transaction.atomic
def resolve_class(
    *, finding: Finding, by: Actor, queries: Sequence[str] = (), persons: Sequence[Person] = ()
) -> Finding:
    """Say who is meant by a class of persons: by rules, resolved at each switch, and/or by named persons.

    Raises Invalid when nobody is named or a rule is unknown, Conflict when a person is on the post already.
    """
    draft = _open(finding, [FindingKind.CLASS_UNRESOLVED], by)
    if not queries and not persons:
        raise Invalid(_("请至少选择一条规则或一名人员。"))
    unknown = [query for query in queries if query not in PERSON_QUERIES]
    if unknown:
        raise Invalid(_("没有“%(rule)s”这条人员规则。") % {"rule": unknown[0]})
    entry = _entries(finding)[0]
    if entry.holding is None:
        raise Conflict(_("该条目在草稿中的席位已被删除。"), hint=_("请在编辑页直接增加人员。"))
    post = entry.holding.post
    entry.holding.delete()
    first: Holding | None = None
    for query in dict.fromkeys(queries):
        made = Holding.objects.create(post=post, seat_no=next_seat(post), person_query=query)
        first = first or made
    for person in dict.fromkeys(persons):
        if post.holdings.filter(person=person).exists():
            raise Conflict(_("%(name)s已在这一岗位上。") % {"name": person.name}, place=post.code)
        made = Holding.objects.create(post=post, seat_no=next_seat(post), person=person, title=person.title)
        first = first or made
    most = CLASS_MAX_SEATS if queries else max(post.max_seats, next_seat(post) - 1)
    Post.objects.filter(pk=post.pk).update(max_seats=most)
    ReadEntry.objects.filter(pk=entry.pk).update(holding=first)
    close_finding(
        finding,
        by=by,
        answer={"queries": list(queries), "persons": [person.pk for person in persons]},
        state=FindingState.ANSWERED,
    )
    recompute(draft)
    note("resolve_class", draft, by, {"finding": finding.pk, "rules": len(queries), "named": len(persons)})
    return finding


@transaction.atomic
def resolve_substitute(
    *, version: StructureVersion, post: Post, person: Person, seat_no: int, by: Actor
) -> Holding:
    """Rank a person as the next substitute for a seat. Raises Conflict when he is on that post already."""
    draft = lock_draft(version, by)
    if post.holdings.filter(person=person).exists():
        raise Conflict(_("%(name)s已在这一岗位上。") % {"name": person.name}, place=post.code)
    ranks = list(post.holdings.filter(seat_no=seat_no).values_list("rank", flat=True))
    if not ranks:
        raise Conflict(_("这个席位还没有人，谈不上替补。"), place=post.code)
    holding = Holding.objects.create(
        post=post, seat_no=seat_no, rank=max(ranks) + 1, person=person, title=person.title
    )
    _answer_no_substitute(draft, by)
    recompute(draft)
    note("resolve_substitute", draft, by, {"post": post.code, "person": person.pk})
    return holding


def _answer_no_substitute(draft: StructureVersion, by: Actor) -> None:
    for finding in draft.findings.filter(kind=FindingKind.NO_SUBSTITUTE, state=FindingState.OPEN):
        close_finding(finding, by=by, answer={"named": True}, state=FindingState.ANSWERED)


@transaction.atomic
def deputies_stand_in(*, version: StructureVersion, by: Actor) -> int:
    """Let the deputies of every group stand in for its heads in their listed order; return how many ranks.

    With several heads the deputies are dealt out in turn, so that each head has one before any has two. The
    notice does not write that a 副组长 stands in: this records that somebody decided it.
    """
    draft = lock_draft(version, by)
    made = 0
    for group in draft.groups.all():
        heads = list(
            Holding.objects.filter(
                post__group=group, post__role=PostRole.HEAD, rank=0, person__isnull=False
            ).order_by("post__sort", "seat_no")
        )
        if not heads:
            continue
        deputies = (
            Holding.objects.filter(
                post__group=group, post__role=PostRole.DEPUTY, rank=0, person__isnull=False
            )
            .select_related("person")
            .order_by("post__sort", "seat_no")
        )
        for n, deputy in enumerate(deputies):
            head = heads[n % len(heads)]
            if Holding.objects.filter(post_id=head.post_id, person=deputy.person).exists():
                continue
            ranks = Holding.objects.filter(post_id=head.post_id, seat_no=head.seat_no).values_list(
                "rank", flat=True
            )
            Holding.objects.create(
                post_id=head.post_id,
                seat_no=head.seat_no,
                rank=max(ranks) + 1,
                person=deputy.person,
                title=deputy.title,
            )
            made += 1
    if not made:
        raise Conflict(_("没有可以排为替补的副组长。"), hint=_("请逐个岗位指定替补，或写明理由予以豁免。"))
    _answer_no_substitute(draft, by)
    recompute(draft)
    note("deputies_stand_in", draft, by, {"ranks": made})
    return made


@transaction.atomic
def waive(*, finding: Finding, reason: str, by: Actor) -> Finding:
    """Waive a finding by name with a reason; only who may publish may waive.

    Raises Invalid without a reason, Conflict when the finding is not open or its version is published.
    """
    rules.require_publish(by, finding.version.zone)
    version = lock_version(finding.version)
    if version.status != VersionStatus.DRAFT:
        raise Conflict(_("%(version)s已经发布，不能再豁免。") % {"version": version}, code="published")
    finding.refresh_from_db()
    if finding.state != FindingState.OPEN:
        raise Conflict(_("这个问题已经处理过了。"), code="answered")
    if not reason.strip():
        raise Invalid(_("请写明豁免的理由。"), code="reason_missing")
    close_finding(finding, by=by, answer=None, state=FindingState.WAIVED, reason=reason.strip())
    note("waive", version, by, {"finding": finding.pk, "kind": finding.kind})
    return finding
