"""What a preview shows, and the tie between a preview and the order that follows it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions.decisions import released_by_group
from pingzhan.domain.command.actions.handover import LIVE, Owners
from pingzhan.domain.command.actions.reconcile import Reconciled
from pingzhan.domain.command.actions.tenure import commander_of
from pingzhan.domain.command.assignment import POOL_CODE
from pingzhan.domain.command.enums import ClosedReason
from pingzhan.domain.command.gaps import GapRow
from pingzhan.domain.command.models import Activation, Gap, SwitchPreview
from pingzhan.domain.command.orders import Preview, SeatLine, TaskGroup, content_sha
from pingzhan.domain.organisation.api import PostRow, names_of
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Conflict

KEEP = timedelta(days=1)
SHOWN_CHANGES = 5


def lines(result: Reconciled, gaps: Iterable[GapRow]) -> list[list[Any]]:
    """Return what an order does, line by line and sorted; equal lines mean an equal effect."""
    found: list[list[Any]] = [
        ["open", one.wanted.post_code, one.wanted.seat_no, one.wanted.person, one.wanted.duty_key]
        for one in result.opened
    ]
    found.extend(
        ["close", one.seat.post_code, one.seat.seat_no, one.seat.person, one.seat.duty_key]
        for one in result.closed
    )
    found.extend(["gap", gap.key, 0, 0, ""] for gap in gaps)
    found.sort(key=str)
    return found


def sha_of(world: int, unit: Unit, level: int | None, epoch: int, rows: Sequence[Any]) -> str:
    """Return the hash that ties an order to its preview."""
    return content_sha(world, unit.pk, level, epoch, rows)


def keep(sha: str, world: int, unit: Unit, rows: list[list[Any]]) -> None:
    """Remember what a preview showed for a day, so that a stale order can be told what changed."""
    SwitchPreview.objects.filter(at__lt=Now() - KEEP).delete()
    SwitchPreview.objects.bulk_create(
        [SwitchPreview(sha=sha, world=world, unit=unit, lines=rows)], ignore_conflicts=True
    )


def check(expected: str, actual: str, rows: list[list[Any]]) -> None:
    """Raise Conflict with the changes when an order is tied to a preview that no longer holds."""
    if not expected or expected == actual:
        return
    shown = SwitchPreview.objects.filter(pk=expected).values_list("lines", flat=True).first()
    hint = _("请重新预演，确认后再下达。")
    if shown is None:
        raise Conflict(_("这次预演已失效，找不到当时的内容。"), hint=hint, code="preview_stale")
    changes = _changes(shown, rows)
    text = _("；").join(changes[:SHOWN_CHANGES])
    more = len(changes) - SHOWN_CHANGES
    if more > 0:
        text += ngettext("；另有 %(n)d 处变化", "；另有 %(n)d 处变化", more) % {"n": more}
    raise Conflict(
        _("预演之后情况有变：%(changes)s。") % {"changes": text or _("命令范围的状态已改变")},
        hint=hint,
        code="preview_stale",
    )


def _changes(before: list[list[Any]], after: list[list[Any]]) -> list[str]:
    old = {tuple(row) for row in before}
    new = {tuple(row) for row in after}
    names = names_of({row[3] for row in old ^ new if row[3]})
    codes = {row[1] for row in old ^ new}
    posts = wording.post_names(codes)
    found: list[str] = []
    for row in sorted(new - old, key=str) + sorted(old - new, key=str):
        kind, code, _seat_no, person, _duty = row
        values = {"post": posts.get(code, code), "name": names.get(person, "")}
        added = row in new
        if kind == "open":
            found.append((_("%(post)s改由%(name)s担任") if added else _("%(name)s不再担任%(post)s")) % values)
        elif kind == "close":
            found.append((_("%(name)s将离开%(post)s") if added else _("%(name)s不必离开%(post)s")) % values)
        else:
            found.append((_("新增缺口 %(post)s") if added else _("缺口 %(post)s 已消除")) % values)
    return found


def describe(result: Reconciled, activation: Activation, unit: Unit, sha: str) -> Preview:
    """Return a preview with names for people, read inside the transaction that is then rolled back."""
    state = result.state
    posts: dict[str, PostRow] = {
        post.code: post  # type: ignore[misc]
        for plan in state.world.plans.values()
        for post in plan.posts
    }
    persons = {one.wanted.person for one in result.opened} | {one.seat.person for one in result.closed}
    people = {
        id_: (name, account)
        for id_, name, account in Person.objects.filter(pk__in=persons).values_list(
            "id", "name", "account_id"
        )
    }
    opened = tuple(
        _line(
            "open",
            (one.wanted.post_code, one.wanted.seat_no, one.wanted.person),
            posts=posts,
            people=people,
            chosen_by=one.wanted.chosen_by,
        )
        for one in result.opened
    )
    closed = tuple(
        _line(
            "close",
            (one.seat.post_code, one.seat.seat_no, one.seat.person),
            posts=posts,
            people=people,
            reason=str(one.reason),
        )
        for one in result.closed
    )
    gaps = Gap.objects.filter(world=state.world_no, zone=state.zone, resolved_at__isnull=True)
    acked = {(seat.post_code, seat.seat_no) for seat in result.kept if seat.acked}
    who = commander_of(result.assignment, acked)
    ended = activation.ended_at is not None or unit.pk not in {one.unit_id for one in state.activations}
    return Preview(
        sha=sha,
        epoch=activation.epoch if ended else activation.epoch - 1,
        unit_id=unit.pk,
        unit_name=unit.name,
        level=None if ended else activation.level,
        level_before=activation.level if ended else activation.level_from,
        at=state.at,
        opened=opened,
        closed=closed,
        counts=dict(result.counts),
        gaps=tuple(wording.gap_lines(gaps)),
        notices=dict(
            Counter("in_app" if people[one.wanted.person][1] else "console" for one in result.opened)
        ),
        workers=result.counts.get("workers", 0),
        task_groups=task_groups(result, posts) if ended else (),
        commander=names_of([who[0]])[who[0]] if who else "",
        commander_acting=bool(who and who[1]),
    )


def _line(
    kind: str,
    place: tuple[str, int, int],
    *,
    posts: Mapping[str, PostRow],
    people: Mapping[int, tuple[str, int | None]],
    chosen_by: str = "",
    reason: str = "",
) -> SeatLine:
    code, seat_no, person = place
    post = posts.get(code)
    pool = _("机动力量")
    return SeatLine(
        kind=kind,
        post_code=code,
        post_name=post.name if post else pool if code == POOL_CODE else code,
        group_code=post.group_code if post else POOL_CODE,
        group_name=post.group_name if post else pool,
        seat_no=seat_no,
        person_id=person,
        person_name=people[person][0],
        chosen_by=str(chosen_by),
        reason=reason,
    )


def task_groups(result: Reconciled, posts: dict[str, PostRow]) -> tuple[TaskGroup, ...]:
    """Return the tasks that were open when the seats of a group were released, counted before hand-over.

    Read inside the preview, after the default hand-over: the rows still name the seat they were made for.
    """
    found: list[TaskGroup] = []
    owners = Owners(result)
    names = {post.group_code: post.group_name for post in posts.values()} | {POOL_CODE: _("机动力量")}
    codes: dict[str, set[str]] = defaultdict(set)
    for closed in result.closed:
        if closed.reason == ClosedReason.RELEASED:
            post = posts.get(closed.seat.post_code)
            codes[post.group_code if post else POOL_CODE].add(closed.seat.post_code)
    with connection.cursor() as cursor:
        for group_code, seats in sorted(released_by_group(result).items()):
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE t.due_at < %s) FROM command_task t"
                " LEFT JOIN command_taskevent e ON e.task_id = t.id AND e.verb = 'hand_over' AND e.at >= %s"
                " WHERE (e.seat_from_id = ANY(%s) OR (e.id IS NULL AND t.owner_seat_id = ANY(%s)))"
                " AND t.state = ANY(%s)",
                [result.state.at, result.state.at, seats, seats, LIVE],
            )
            count, late = cursor.fetchone()
            if not count:
                continue
            heirs = {owners.take_over(code) for code in codes.get(group_code, ())}
            # Several heirs (each enterprise its own) are not named: each chair goes where its plan says.
            seat = heirs.pop() if len(heirs) == 1 else None
            target = next((code for (code, _n), (id_, _p) in result.open_now().items() if id_ == seat), "")
            found.append(
                TaskGroup(
                    group_code=group_code,
                    group_name=names.get(group_code, group_code),
                    open=count,
                    late=late,
                    default_post_code=target,
                    default_post_name=posts[target].name if target in posts else target,
                )
            )
    return tuple(found)
