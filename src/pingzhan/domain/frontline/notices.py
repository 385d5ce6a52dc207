"""Notices about 包保 and 下沉一线, their words made when they are sent, and the line in order notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.frontline.models import Adoption, Posting
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, Rendered, enqueue_bulk
from pingzhan.foundation.messages.models import Notice, Priority

ADOPTED, POSTED = "front_adoption", "front_posting"
SHOWN = 10
"""Enterprises named in one notice; the page has them all."""


def _accounts(people: Collection[int]) -> dict[int, int | None]:
    return dict(Person.objects.filter(pk__in=people).values_list("id", "account_id"))


def tell_adopted(adoption: Adoption, zone: Unit) -> int:
    """Tell everybody concerned by an adoption, once each; return how many."""
    people = {one[key] for one in adoption.lines for key in ("person", "was") if one[key]}
    accounts = _accounts(people)
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"front:adopt:{adoption.pk}:{person}",
                recipient=person,
                account=accounts.get(person),
                kind="front_adoption",
                channel="auto",
                title=_("包保企业有调整，请查看"),
                subject_kind=ADOPTED,
                subject_id=adoption.pk,
                priority=Priority.NORMAL,
                unit_path=zone.path,
            )
            for person in sorted(people)
        ]
    )


def tell_posted(
    *,
    world: int,
    zone_path: str,
    given: Sequence[tuple[int, int]],
    ended: Sequence[tuple[int, int, str]],
) -> int:
    """Tell those whose front-line place changed without a change of their seats; three statements for all."""
    accounts = _accounts({one[0] for one in given} | {one[0] for one in ended})
    opened = _opened(world, given)

    def notice(person: int, posting: int, title: str, *, over: bool = False) -> NewNotice:
        return NewNotice(
            dedupe=f"front:{'end' if over else 'go'}:{world}:{posting}",
            recipient=person,
            account=accounts.get(person),
            kind="front_end" if over else "front_go",
            channel="auto",
            title=(DRILL_PREFIX if world else "") + title,
            subject_kind=POSTED,
            subject_id=posting,
            wave=1 if over else 0,
            world=world,
            priority=Priority.URGENT,
            unit_path=zone_path,
        )

    go = _("下沉一线：请到指定企业报到")
    return enqueue_bulk(
        [
            *(notice(person, opened[person, unit], go) for person, unit in given if (person, unit) in opened),
            *(
                notice(person, posting, _("下沉一线：您不再负责%(unit)s") % {"unit": name}, over=True)
                for person, posting, name in ended
            ),
        ]
    )


def _opened(world: int, given: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    if not given:
        return {}
    rows = Posting.objects.filter(
        world=world, person__in=[person for person, _unit in given], ended_at__isnull=True
    )
    return {(person, unit): id_ for id_, person, unit in rows.values_list("id", "person_id", "unit_id")}


def render_adoptions(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link: the enterprises the reader answers for now. One query for all notices."""
    mine: dict[int, dict[bool, list[str]]] = defaultdict(lambda: {False: [], True: []})
    for person, rank, name in (
        Responsibility.objects.filter(
            person__in={one.recipient for one in notices}, kind=ResponsibilityKind.ENTERPRISE
        )
        .order_by("unit__code")
        .values_list("person_id", "rank", "unit__name")
    ):
        mine[person][rank > 0].append(name)
    return {one.pk: Rendered(one.title, _mine(mine[one.recipient]), _page()) for one in notices}


def _mine(names: dict[bool, list[str]]) -> str:
    body = ""
    for second, words in (
        (False, _("您包保 %(n)d 家企业：%(names)s。")),
        (True, _("您替补 %(n)d 家企业：%(names)s。")),
    ):
        if names[second]:
            shown = _("、").join(names[second][:SHOWN])
            if len(names[second]) > SHOWN:
                shown = _("%(names)s等") % {"names": shown}
            body += words % {"n": len(names[second]), "names": shown}
    return body or _("您目前没有包保企业。")


def render_postings(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about front-line places. One query for any number of them."""
    rows = {
        row.pk: row
        for row in Posting.objects.filter(pk__in={one.subject_id for one in notices}).select_related(
            "unit", "stands_in_for"
        )
    }
    found = {}
    for one in notices:
        row = rows.get(one.subject_id)
        if row is not None:
            body = (
                "" if one.kind == "front_end" else _line([(row.unit.name, row.stands_in_for_id is not None)])
            )
            found[one.pk] = Rendered(one.title, body, _page())
    return found


def order_lines(seats: Collection[int]) -> dict[int, str]:
    """Return what order notices of seats say of the front line, by seat id. One query."""
    places: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for seat, name, other in (
        Posting.objects.filter(seat__in=list(seats), ended_at__isnull=True)
        .order_by("rank", "id")
        .values_list("seat_id", "unit__name", "stands_in_for_id")
    ):
        places[seat].append((name, other is not None))
    return {seat: _line(rows) for seat, rows in places.items()}


def _line(rows: Sequence[tuple[str, bool]]) -> str:
    names = _("、").join(
        _("%(unit)s（代离岗人员）") % {"unit": name} if other else name for name, other in rows
    )
    return _("下沉一线：到%(units)s。") % {"units": names}


def _page() -> str:
    try:
        return reverse("frontline:mine")
    except NoReverseMatch:
        return "/frontline/mine/"
