"""Why is this person here, why is this chair empty."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.assignment import Filled, assign, owner_of
from pingzhan.domain.command.enums import ChosenBy, VersionState
from pingzhan.domain.command.models import Activation, DutyVersion, Override
from pingzhan.domain.command.queries.loading import ZoneState, load_zone
from pingzhan.domain.organisation.api import names_of, published_version
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True)
class ChairExplained:
    """One chair of a post: who sits on it by which rule, and why others ranked for it do not."""

    seat_no: int
    person_id: int | None
    person_name: str
    chosen_by: str
    others: tuple[tuple[str, str], ...]
    sentence: str


def read_state(
    zone: Unit, world: int = 0, *, activations: list[Activation] | None = None
) -> ZoneState | None:
    """Load a zone for reading, without lock; None before a structure is published."""
    structure = published_version(zone.pk)
    if structure is None:
        return None
    duties = DutyVersion.objects.filter(structure_version=structure, status=VersionState.PUBLISHED).first()
    now = Unit.objects.filter(pk=zone.pk).annotate(moment=Now()).values_list("moment", flat=True).get()
    return load_zone(
        world,
        zone,
        now,
        routine_structure=structure.pk if world == 0 else None,
        routine_duties=duties.pk if duties is not None and world == 0 else None,
        activations=activations,
    )


def explain_post(zone: Unit, post_code: str, world: int = 0) -> list[ChairExplained]:
    """Return why each chair of a post is filled as it is or empty, by the rules as they stand now."""
    state = read_state(zone, world)
    if state is None:
        return []
    assignment = assign(state.world)
    people: set[int] = set()
    for key, filled in assignment.filled.items():
        if key.post_code == post_code:
            people |= {filled.person, *(person for person, _why in filled.skipped)}
    for key, empty in assignment.empty.items():
        if key.post_code == post_code:
            people |= {person for person, _why in empty.reasons}
    place = assignment.posts.get(post_code)
    owner = owner_of(assignment, place.post) if place is not None else None
    named = _named_by_hand(state, post_code)
    names = names_of(people | ({owner} if owner else set()))
    found: list[ChairExplained] = []
    for key in sorted(key for key in {**assignment.filled, **assignment.empty} if key.post_code == post_code):
        given = assignment.filled.get(key)
        reasons = given.skipped if given else assignment.empty[key].reasons
        others = tuple((names.get(person, ""), wording.WHY[why]()) for person, why in reasons)
        found.append(
            ChairExplained(
                key.seat_no,
                given.person if given else None,
                names.get(given.person, "") if given else "",
                given.chosen_by if given else "",
                others,
                _sentence(given, names, named)
                if given
                else _empty_sentence(others, names.get(owner or 0, "")),
            )
        )
    return found


def _named_by_hand(state: ZoneState, post_code: str) -> dict[tuple[str, int], tuple[str, str]]:
    """Return (run, seat) -> (who named somebody by hand, why) of a post."""
    rows = (
        Override.objects.filter(
            activation__world=state.world_no,
            activation__zone=state.zone,
            post_code=post_code,
            ended_at__isnull=True,
        )
        .annotate(run=Coalesce("activation__run_id", "activation_id"))
        .values_list("run", "seat_no", "by_name", "reason")
    )
    return {(f"a{run}", seat_no): (by_name, reason) for run, seat_no, by_name, reason in rows}


def _sentence(given: Filled, names: dict[int, str], named: dict[tuple[str, int], tuple[str, str]]) -> str:
    name = names.get(given.person, "")
    by_hand = named.get((given.chair.regime, given.chair.seat_no))
    if given.chosen_by == ChosenBy.OVERRIDE and by_hand is not None:
        return _("%(name)s：%(by)s临时指定，只在本次战时有效。理由：%(reason)s") % {
            "name": name,
            "by": by_hand[0],
            "reason": by_hand[1],
        }
    if given.chosen_by == ChosenBy.SUBSTITUTE:
        return _("%(name)s：第 %(n)d 替补，前面的人不能到岗。") % {"name": name, "n": max(given.rank, 1)}
    return _("%(name)s：%(rule)s。") % {"name": name, "rule": ChosenBy(given.chosen_by).label}


def _empty_sentence(others: tuple[tuple[str, str], ...], owner: str) -> str:
    parts = [f"{name}{why}" for name, why in others]
    text = _("空缺：%(why)s。") % {"why": _("；").join(parts)}
    if owner:
        text += _("补上之前由%(owner)s负责。") % {"owner": owner}
    return text
