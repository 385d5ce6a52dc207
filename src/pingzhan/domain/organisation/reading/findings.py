"""What is wrong or open in a notice, by general rules (command.md section 3)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.model import Answers, Entry, Finding, GroupRead, Place, Reading
from pingzhan.domain.organisation.reading.people import ambiguous_names, clusters, similar_names

KINDS: tuple[str, ...] = (
    "same_name_unresolved",
    "similar_name",
    "several_posts",
    "two_heads",
    "class_unresolved",
    "person_without_post",
    "group_name_differs",
    "no_substitute",
    "no_level_no_time",
    "one_list_only",
    "body_undefined",
)


def findings(reading: Reading, answers: Answers | None = None) -> list[Finding]:
    """Return the findings of a reading in the order of ``KINDS``; ``answers`` settle questions."""
    known = answers or Answers()
    rules: tuple[Callable[[Reading, Answers], Iterator[Finding]], ...] = (
        _same_name,
        _similar,
        _several_posts,
        _two_heads,
        _classes,
        _without_post,
        _names_differ,
        _no_substitute,
        _no_level_no_time,
        _one_list_only,
        _undefined,
    )
    return [finding for rule in rules for finding in rule(reading, known)]


def short_group(name: str, *, leading: bool) -> str:
    """Return how a group is called in a sentence: 领导小组 for a leading group with a long name."""
    match = re.search(r"(?:领导小组|指挥部|委员会)$", name) if leading else None
    return match.group() if match else name


def _kinds(reading: Reading) -> dict[str, GroupRead]:
    return {group.name: group for group in reading.groups}


def _label(reading: Reading, entry: Entry, *, title: bool = True) -> str:
    group = _kinds(reading)[entry.group]
    text = short_group(entry.group, leading=group.kind == "leading") + entry.role
    return f"{text}\uff08{entry.title}\uff09" if title and entry.title else text


def _named(reading: Reading, entry: Entry) -> str:
    """Return a person in words: the name with the title, or with the role when there is no title."""
    return f"{entry.name}\uff08{entry.title or _label(reading, entry)}\uff09"


def _places(entries: tuple[Entry, ...] | list[Entry]) -> tuple[Place, ...]:
    return tuple(entry.place for entry in entries)


def _is_head(entry: Entry) -> bool:
    return entry.role in words.HEAD_ROLES


def _same_name(reading: Reading, answers: Answers) -> Iterator[Finding]:
    for name, found in ambiguous_names(reading.entries, answers).items():
        labels = [_label(reading, entry) for entry in found]
        yield Finding(
            "same_name_unresolved", f"same_name:{name}", {"name": name, "labels": labels}, _places(found)
        )


def _similar(reading: Reading, answers: Answers) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for entry in reading.entries:
        if entry.name is not None:
            first.setdefault(entry.name, entry)
    for a, b in similar_names(list(first)):
        if frozenset((a, b)) in answers.same_person | answers.different:
            continue
        pair = (first[a], first[b])
        subject: dict[str, object] = {"names": [a, b], "labels": [_label(reading, entry) for entry in pair]}
        yield Finding("similar_name", f"similar_name:{a}:{b}", subject, _places(pair))


def _several_posts(reading: Reading, answers: Answers) -> Iterator[Finding]:
    work = {group.name for group in reading.groups if group.kind == "work"}
    for part, certain in clusters(reading.entries, answers):
        posts: dict[str, Entry] = {}
        for entry in part:
            if entry.group in work:
                posts.setdefault(entry.group, entry)
        if not certain or len(posts) < 2:
            continue
        held = list(posts.values())
        subject: dict[str, object] = {
            "name": part[0].name,
            "labels": [_label(reading, entry, title=False) for entry in held],
            "critical": sum(_is_head(entry) for entry in held) > 1,
        }
        yield Finding("several_posts", f"several_posts:{part[0].name}:{held[0].n}", subject, _places(held))


def _two_heads(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    for group in reading.groups:
        by_role: dict[str, list[Entry]] = defaultdict(list)
        for entry in group.entries:
            if _is_head(entry) and entry.name is not None:
                by_role[entry.role].append(entry)
        for found in by_role.values():
            if len(found) > 1:
                subject: dict[str, object] = {"group": group.name, "names": [entry.name for entry in found]}
                yield Finding("two_heads", f"two_heads:{group.name}:{found[0].role}", subject, _places(found))


def _classes(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    for entry in reading.entries:
        if entry.class_rule is not None:
            subject: dict[str, object] = {"label": _label(reading, entry), "text": entry.class_rule}
            yield Finding("class_unresolved", f"class:{entry.group}:{entry.n}", subject, (entry.place,))


def _without_post(reading: Reading, answers: Answers) -> Iterator[Finding]:
    """Persons of the leading group without a place in any work group.

    Where a name is not settled, as many of its holders as work groups name may have a place; the rest is
    reported once, as "either of them".
    """
    leading = {group.name for group in reading.groups if group.kind == "leading"}
    work = {group.name for group in reading.groups if group.kind == "work"}
    if not leading or not any(entry.name for entry in reading.entries if entry.group in work):
        return
    unsure = ambiguous_names(reading.entries, answers)
    asked: set[str] = set()
    for part, _certain in clusters(reading.entries, answers):
        entry = part[0]
        name = entry.name or ""
        if not any(e.group in leading for e in part) or any(e.group in work for e in part):
            continue
        rivals = [e for e in unsure.get(name, ()) if e.group in leading]
        open_posts = [e for e in unsure.get(name, ()) if e.group in work]
        if not open_posts:
            subject: dict[str, object] = {"label": _named(reading, entry), "certain": True}
            yield Finding("person_without_post", f"without_post:{name}:{entry.n}", subject, _places(part))
        elif name not in asked and len(rivals) > len(open_posts):
            asked.add(name)
            label = "、".join(_named(reading, rival) for rival in rivals)
            yield Finding(
                "person_without_post",
                f"without_post:{name}:either",
                {"label": label, "certain": False, "missing": len(rivals) - len(open_posts)},
                _places(rivals),
            )


def _names_differ(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    """The sentence that lists the groups against the headings of the groups."""
    headed = {_plain(group.name): group for group in reading.groups if group.kind == "work"}
    if not headed:
        return
    for listed in reading.group_lists:
        names = {_plain(name): name for name in listed.names}
        absent = [name for plain, name in names.items() if plain not in headed]
        extra = [group for plain, group in headed.items() if plain not in names]
        if len(absent) == len(names):
            # Not one name in common: the sentence lists something else.
            continue
        in_order = len(listed.names) == len(headed)
        for n, name in enumerate(absent):
            group = _partner(listed.names, name, list(headed.values()), extra, in_order) or (
                extra[n] if len(absent) == len(extra) else None
            )
            heading = group.name if group is not None else ""
            places = (listed.place, group.place) if group is not None else (listed.place,)
            yield Finding(
                "group_name_differs", f"group_name:{name}", {"listed": name, "heading": heading}, places
            )


def _partner(
    names: tuple[str, ...], name: str, groups: list[GroupRead], extra: list[GroupRead], in_order: bool
) -> GroupRead | None:
    """Return the group that stands where the list has this name."""
    group = groups[names.index(name)] if in_order else None
    return group if group in extra else None


def _plain(name: str) -> str:
    return re.sub(r"(?:工作)?(?:小组|专班|组)$", "", name)


def _no_substitute(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    said = any(mention.kind == "substitute" for mention in reading.mentions)
    named = any(entry.role in ("替补", "候补成员") for entry in reading.entries)
    if reading.entries and not said and not named:
        yield Finding("no_substitute", "no_substitute", {}, tuple(group.place for group in reading.groups))


def _no_level_no_time(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    if not reading.groups or any(mention.kind in ("level", "time") for mention in reading.mentions):
        return
    switches = [mention for mention in reading.mentions if mention.kind == "switch"]
    subject: dict[str, object] = {"words": list(dict.fromkeys(mention.text for mention in switches))}
    yield Finding("no_level_no_time", "no_level_no_time", subject, tuple(m.place for m in switches))


def _one_list_only(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    promised = [mention for mention in reading.mentions if mention.kind == "postures"]
    routine = any("平时" in heading and "战时" not in heading for heading in reading.headings)
    emergency = any("战时" in heading and "平时" not in heading for heading in reading.headings)
    if reading.groups and promised and not (routine and emergency):
        subject: dict[str, object] = {"promised": promised[0].text}
        yield Finding("one_list_only", "one_list_only", subject, tuple(m.place for m in promised))


def _undefined(reading: Reading, _answers: Answers) -> Iterator[Finding]:
    if not reading.groups:
        return
    for body in reading.bodies:
        if not body.defined:
            subject: dict[str, object] = {"body": body.name, "count": len(body.places)}
            yield Finding("body_undefined", f"body_undefined:{body.name}", subject, body.places)
