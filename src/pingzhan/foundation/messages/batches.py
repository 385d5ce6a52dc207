"""Calls for many: notices with the same words to one channel leave together (reference/command.md section 14).

Which notices are in a call is written down before it is made. If nobody learns what became of it, the same call is
made again under the same number; whoever was refused by himself goes on alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.foundation.messages import statements
from pingzhan.foundation.messages.kinds import Message
from pingzhan.foundation.messages.lanes import Job, Member
from pingzhan.foundation.messages.models import EXPRESS, Notice
from pingzhan.foundation.messages.registry import Rendered, render
from pingzhan.foundation.messages.routes import Go, Hopeless, Wait, Way

Routed = tuple[Notice, Go | Wait | Hopeless]
Checked = Callable[[Notice, Rendered | Exception], Rendered]
NUMBER = "PZB"
"""Begins the number of a call; the numbers of single notices begin with PZ and a digit."""


@dataclass
class Group:
    """Notices that may leave in one call over ``via``; ``formed``: it was written down at an earlier try."""

    via: str
    members: list[Routed]
    formed: bool

    @property
    def first(self) -> int:
        """Return the id the call is named after."""
        return min(notice.pk for notice, _found in self.members)

    @property
    def waits(self) -> Wait | None:
        """Return for what a call that was written down waits, None when it can be made."""
        found = next(found for notice, found in self.members if notice.pk == self.first)
        return found if isinstance(found, Wait) else None


@dataclass(frozen=True)
class Call:
    """What is handed to the lane."""

    first: Notice
    words: Rendered
    members: tuple[Member, ...]


def members_of(leased: Sequence[int], lease: int) -> list[int]:
    """Lease the rest of each call whose first notice was leased; return their ids."""
    firsts = list(Notice.objects.filter(pk__in=leased, batch__gt=0).values_list("pk", "batch"))
    named = [pk for pk, batch in firsts if pk == batch]
    if not named:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statements.CLAIM_MEMBERS, {"firsts": named, "lease": lease})
        return [row[0] for row in cursor.fetchall()]


def grouped(routed: Sequence[Routed], ways: Mapping[str, Way]) -> tuple[list[Group], list[Routed]]:
    """Return the calls that can be made, and the notices that go alone."""
    known: dict[int, Group] = {}
    fresh: dict[tuple[object, ...], Group] = {}
    alone: list[Routed] = []
    for notice, found in sorted(routed, key=lambda one: one[0].pk):
        via = found.via if isinstance(found, Go | Wait) else ""
        if notice.batch and notice.pk == notice.batch:
            known[notice.pk] = Group(via, [(notice, found)], formed=True)
        elif notice.batch and notice.batch in known:
            known[notice.batch].members.append((notice, found))
        elif _may_join(notice) and isinstance(found, Go) and via in ways and ways[via].many > 1:
            fresh.setdefault((via, *_likeness(notice)), Group(via, [], formed=False)).members.append(
                (notice, found)
            )
        else:
            alone.append((notice, found))
    groups: list[Group] = []
    for group in (*known.values(), *_of_size(fresh.values(), ways)):
        by_many = group.waits is not None or (group.via in ways and ways[group.via].many > 1)
        if by_many and (group.formed or len(group.members) > 1):
            groups.append(group)
        else:
            alone += _released(group.members) if group.formed else group.members
    return groups, alone


def _of_size(groups: Iterable[Group], ways: Mapping[str, Way]) -> list[Group]:
    return [
        Group(one.via, one.members[start : start + ways[one.via].many], formed=False)
        for one in groups
        for start in range(0, len(one.members), ways[one.via].many)
    ]


def form(group: Group, many: int, lease: int) -> list[int]:
    """Write the call down and fill it with waiting notices of the same kind; return the ids of these."""
    first = next(notice for notice, _found in group.members if notice.pk == group.first)
    own = [notice.pk for notice, _found in group.members]
    with connection.cursor() as cursor:
        cursor.execute(
            statements.FORM_BATCH,
            {
                **{name: getattr(first, name) for name in _LIKE},
                "first": first.pk,
                "own": own,
                "limit": many - len(own),
                "lease": lease,
            },
        )
        taken = {row[0] for row in cursor.fetchall()}
    group.members = [one for one in group.members if one[0].pk in taken]
    for notice, _found in group.members:
        notice.batch = first.pk
    return sorted(taken - set(own))


def settled(group: Group, checked: Checked) -> tuple[Call | None, list[Routed]]:
    """Return the call for those that have the way and the words of the first, and the others, who leave it."""
    notices = [notice for notice, _found in group.members]
    for notice in notices:
        notice.together = True
    words = render(notices)
    first = min(notices, key=lambda one: one.pk)
    try:
        said = checked(first, words[first.pk])
    except Exception:
        return None, _released(group.members)
    staying: list[Member] = []
    leaving: list[Routed] = []
    for notice, found in group.members:
        if isinstance(found, Go) and found.via == group.via and words[notice.pk] == said and found.address:
            staying.append(Member(notice.pk, notice.tries, found.address, found.others))
        else:
            leaving.append((notice, found))
    return Call(first, said, tuple(staying)), _released(leaving)


def job(call: Call, begin_by: float) -> Job:
    """Return the lane's job for a call."""
    first = call.first
    return Job(
        notice_id=first.pk,
        tries=first.tries,
        rank=(first.priority, first.wave, first.pk),
        express=first.priority <= EXPRESS,
        message=Message(
            number=f"{NUMBER}{first.pk}",
            title=call.words.title,
            body=call.words.body,
            link=urljoin(settings.PUBLIC_URL + "/", call.words.link) if call.words.link else "",
            address=_("共 %(n)d 人") % {"n": len(call.members)},
            priority=first.priority,
        ),
        others=False,
        begin_by=begin_by,
        members=call.members,
    )


_LIKE = ("priority", "wave", "world", "kind", "channel", "subject_kind", "subject_id", "title")


def _likeness(notice: Notice) -> tuple[object, ...]:
    return tuple(getattr(notice, name) for name in _LIKE)


def _may_join(notice: Notice) -> bool:
    return notice.batch is None and notice.tries == 1 and not notice.last_error


def _released(members: Sequence[Routed]) -> list[Routed]:
    """Take notices out of their call for good."""
    if members:
        with connection.cursor() as cursor:
            cursor.execute(statements.LEAVE_BATCH, [[notice.pk for notice, _found in members]])
    for notice, _found in members:
        notice.together = False
        notice.batch = 0
    return list(members)
