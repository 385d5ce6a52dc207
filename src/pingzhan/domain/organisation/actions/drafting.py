"""From what was read in a notice to the rows of a draft: groups, posts, holders, clauses, questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pingzhan.domain.organisation.actions.common import new_person, store_findings
from pingzhan.domain.organisation.actions.editing import group_code
from pingzhan.domain.organisation.enums import (
    FindingKind,
    FindingSource,
    GroupKind,
    PostPosture,
    PostRole,
    Severity,
)
from pingzhan.domain.organisation.models import (
    Clause,
    Group,
    Holding,
    Person,
    Post,
    ReadEntry,
    StructureVersion,
)
from pingzhan.domain.organisation.naming import post_name
from pingzhan.domain.organisation.queries.checks import Found
from pingzhan.domain.organisation.reading import HEAD_ROLES

#: Which findings of the document block publishing until they are answered or waived by name.
CRITICAL_KINDS = frozenset(
    {
        FindingKind.SAME_NAME,
        FindingKind.SIMILAR_NAME,
        FindingKind.CLASS_UNRESOLVED,
        FindingKind.NAME_CHOICE,
        FindingKind.NO_SUBSTITUTE,
    }
)

_ROLES: dict[str, PostRole] = {
    **dict.fromkeys(HEAD_ROLES, PostRole.HEAD),
    "成员": PostRole.MEMBER,
    "组员": PostRole.MEMBER,
    "组成人员": PostRole.MEMBER,
    "成员单位": PostRole.MEMBER,
    "联络员": PostRole.LIAISON,
    "联系人": PostRole.LIAISON,
}


@dataclass(frozen=True)
class NoticeEntry:
    """One entry of a list of members as read; ``name`` is empty for a class of persons."""

    role: str
    name: str
    title: str
    class_rule: str
    start: int
    end: int


@dataclass(frozen=True)
class NoticeClause:
    """One duty clause and its place in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class NoticeGroup:
    """One list of members with its duties."""

    name: str
    leading: bool
    entries: tuple[NoticeEntry, ...]
    clauses: tuple[NoticeClause, ...]


@dataclass(frozen=True)
class NoticeFinding:
    """One finding of the document; ``spans`` are its places in the text."""

    kind: FindingKind
    key: str
    subject: dict[str, Any]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Notice:
    """A notice as read, with nothing of how it was read."""

    title: str
    text: str
    groups: tuple[NoticeGroup, ...]
    findings: tuple[NoticeFinding, ...]
    unread: tuple[tuple[int, int], ...]
    counts: dict[str, int]


@dataclass
class _Listed:
    """An entry with its number and group, on its way to a holding."""

    n: int
    group: Group
    entry: NoticeEntry
    person: Person | None = None
    holding: Holding | None = None


@dataclass
class _Match:
    """Who a name in the notice may be: one person, or several of the register to choose from."""

    person: Person | None
    candidates: list[int] = field(default_factory=list)


def _match(name: str, title: str, register: dict[str, list[Person]], taken: set[int]) -> _Match:
    """Look a name up in the register: by title among namesakes, else the only one, else a question."""
    known = [person for person in register.get(name, []) if person.pk not in taken]
    exact = [person for person in known if title and person.title == title]
    if len(exact) == 1:
        return _Match(exact[0])
    if len(known) == 1:
        return _Match(known[0])
    return _Match(None, [person.pk for person in known])


def _register(version: StructureVersion, names: Iterable[str]) -> dict[str, list[Person]]:
    register: dict[str, list[Person]] = defaultdict(list)
    for person in Person.objects.filter(
        home_unit__path__startswith=version.zone.path, active=True, name__in=set(names)
    ):
        register[person.name].append(person)
    return register


def label(group: str, entry_role: str, title: str = "") -> str:
    """Return where somebody is listed, in words: group and role, with the title in brackets."""
    where = post_name(group, entry_role)
    return f"{where}（{title}）" if title else where


def _assign_persons(version: StructureVersion, listed: list[_Listed], ambiguous: set[str]) -> list[Found]:
    """Give each entry its person, where that is certain; return the questions that the register raises."""
    register = _register(version, (item.entry.name for item in listed if item.entry.name))
    questions: list[Found] = []
    by_name: dict[str, list[_Listed]] = defaultdict(list)
    for item in listed:
        if item.entry.name:
            by_name[item.entry.name].append(item)
    taken: set[int] = set()
    for name, items in by_name.items():
        clusters: dict[str, list[_Listed]] = defaultdict(list)
        for item in items:
            if name not in ambiguous:
                clusters[""].append(item)
            elif item.entry.title:
                clusters[item.entry.title].append(item)
        for members in clusters.values():
            title = next((item.entry.title for item in members if item.entry.title), "")
            match = _match(name, title, register, taken)
            if match.candidates:
                questions.append(_name_choice(name, members, match.candidates))
                continue
            person = match.person or new_person(zone=version.zone, name=name, title=title, provisional=True)
            taken.add(person.pk)
            for item in members:
                item.person = person
    return questions


def _name_choice(name: str, members: list[_Listed], candidates: list[int]) -> Found:
    numbers = [item.n for item in members]
    return Found(
        FindingKind.NAME_CHOICE,
        f"name_choice:{name}:{numbers[0]}",
        Severity.CRITICAL,
        {
            "name": name,
            "label": "、".join(label(i.group.name, i.entry.role, i.entry.title) for i in members),
            "count": len(candidates),
            "candidates": candidates,
            "entries": numbers,
        },
        [{"start": i.entry.start, "end": i.entry.end, "text": i.entry.name} for i in members],
    )


def _post_role(text: str) -> PostRole:
    if text in _ROLES:
        return _ROLES[text]
    return PostRole.DEPUTY if "副" in text else PostRole.OTHER


def _make_posts(version: StructureVersion, group: Group, listed: list[_Listed], leading_head: str) -> str:
    """Make one post per role of a group with a seat per entry; return the code of its head post."""
    by_role: dict[str, list[_Listed]] = {}
    for item in listed:
        by_role.setdefault(item.entry.role, []).append(item)
    head_code = (
        f"{group.code}.{PostRole.HEAD}" if any(_post_role(r) == PostRole.HEAD for r in by_role) else ""
    )
    codes: set[str] = set()
    for role_text, items in by_role.items():
        role = _post_role(role_text)
        code, n = f"{group.code}.{role}", 2
        while code in codes:
            code, n = f"{group.code}.{role}{n}", n + 1
        codes.add(code)
        above = head_code if code != head_code else (leading_head if group.kind == GroupKind.WORK else "")
        post = Post.objects.create(
            version=version,
            group=group,
            code=code,
            name=post_name(group.name, role_text),
            role=role,
            unit=version.zone,
            posture=PostPosture.BOTH,
            min_seats=len(items),
            max_seats=len(items),
            critical=role == PostRole.HEAD,
            reports_to_code=above,
            sort=group.sort * 20 + len(codes),
        )
        held: dict[int, Holding] = {}
        seats = 0
        for item in items:
            # The same person twice on one list keeps one seat; the second entry points to it.
            if item.person is not None and item.person.pk in held:
                item.holding = held[item.person.pk]
                continue
            seats += 1
            item.holding = Holding.objects.create(
                post=post, seat_no=seats, rank=0, person=item.person, title=item.entry.title
            )
            if item.person is not None:
                held[item.person.pk] = item.holding
        if seats < len(items):
            Post.objects.filter(pk=post.pk).update(min_seats=seats, max_seats=seats)
    return head_code


def _key(finding: NoticeFinding, groups: list[Group]) -> str:
    """Return the key; two heads are the same question as the one the structure asks of the group."""
    if finding.kind == FindingKind.TWO_HEADS:
        code = next((g.code for g in groups if g.name == finding.subject.get("group")), "")
        return f"two_heads:{code}" if code else finding.key
    return finding.key


def _numbers_in(spans: Iterable[tuple[int, int]], listed: list[_Listed]) -> list[int]:
    return [
        item.n
        for item in listed
        if any(start < item.entry.end and item.entry.start < end for start, end in spans)
    ]


def fill_draft(version: StructureVersion, notice: Notice) -> None:
    """Write everything a notice says into an empty draft, and the questions it leaves.

    One post per group and role with as many seats as entries; heads are critical posts and report to the
    head of the leading group. Persons are matched by name inside the zone: one match is linked, several are
    asked about, none makes a provisional person. Entries whose person is in question keep an unnamed seat.
    """
    listed: list[_Listed] = []
    taken: set[str] = set()
    groups: list[Group] = []
    for sort, read in enumerate(notice.groups):
        group = Group.objects.create(
            version=version,
            code=group_code(read.name, taken),
            name=read.name,
            kind=GroupKind.LEADING if read.leading else GroupKind.WORK,
            sort=sort,
        )
        taken.add(group.code)
        groups.append(group)
        before = len(listed)
        listed.extend(_Listed(before + n, group, entry) for n, entry in enumerate(read.entries, start=1))
        Clause.objects.bulk_create(
            Clause(version=version, group=group, n=n, text=clause.text, start=clause.start, end=clause.end)
            for n, clause in enumerate(read.clauses, start=1)
        )
    ambiguous = {f.subject["name"] for f in notice.findings if f.kind == FindingKind.SAME_NAME}
    questions = _assign_persons(version, listed, ambiguous)
    leading_head = ""
    for group in sorted(groups, key=lambda g: g.kind != GroupKind.LEADING):
        head = _make_posts(version, group, [item for item in listed if item.group is group], leading_head)
        if group.kind == GroupKind.LEADING:
            leading_head = head
    ReadEntry.objects.bulk_create(
        ReadEntry(
            version=version,
            n=item.n,
            group=item.group,
            group_name=item.group.name,
            role=item.entry.role,
            name=item.entry.name,
            title=item.entry.title,
            class_rule=item.entry.class_rule,
            start=item.entry.start,
            end=item.entry.end,
            holding=item.holding,
        )
        for item in listed
    )
    document = [
        Found(
            finding.kind,
            _key(finding, groups),
            Severity.CRITICAL if finding.kind in CRITICAL_KINDS else Severity.MAJOR,
            {**finding.subject, "entries": _numbers_in(finding.spans, listed)},
            [{"start": start, "end": end, "text": notice.text[start:end]} for start, end in finding.spans],
        )
        for finding in notice.findings
    ]
    store_findings(version, [*document, *questions], FindingSource.DOCUMENT)
