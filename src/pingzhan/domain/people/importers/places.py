"""What a spreadsheet calls by name: enterprises, teams, rooms, canteens, key groups. Read once per pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import translation

from pingzhan.domain.people.enums import KeyGroup
from pingzhan.domain.territory.enums import EnterpriseStatus, SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, Site, Team, Unit
from pingzhan.kernel.folding import compact

_SEPARATORS = re.compile(r"[、,;/，；]+")  # zhpunct: off
_JOINTS = re.compile(r"[\s\-—_#]+")


def same(text: str) -> str:
    """Return a name as it is compared: folded, without blanks and dashes, small letters."""
    return _JOINTS.sub("", compact(text)).casefold()


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise that rows may belong to."""

    pk: int
    path: str
    name: str
    closed: bool


@dataclass
class Firms:
    """The enterprises of a scope by code, name and credit code; a name that two of them have names none."""

    by_word: dict[str, Firm]
    only: Firm | None

    @classmethod
    def below(cls, path: str) -> Firms:
        """Read the enterprises at or below a unit path. Two queries."""
        files = dict(
            Enterprise.objects.filter(unit__path__startswith=path).values_list("unit_id", "credit_code")
        )
        closed = set(
            Enterprise.objects.filter(
                unit__path__startswith=path, status=EnterpriseStatus.CLOSED
            ).values_list("unit_id", flat=True)
        )
        found: dict[str, Firm] = {}
        doubtful: set[str] = set()
        units = list(Unit.objects.filter(path__startswith=path, kind=UnitKind.ENTERPRISE))
        for unit in units:
            firm = Firm(unit.pk, unit.path, unit.name, unit.pk in closed)
            for word in {same(unit.code), same(unit.name), same(files.get(unit.pk, unit.code))}:
                if found.setdefault(word, firm) is not firm:
                    doubtful.add(word)
        for word in doubtful:
            del found[word]
        only = None
        if len(units) == 1 and units[0].path == path:
            only = Firm(units[0].pk, path, units[0].name, units[0].pk in closed)
        return cls(found, only)


@dataclass
class Places:
    """Teams, rooms and canteens of one enterprise by the names people write."""

    teams: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    canteens: dict[str, int] = field(default_factory=dict)


def places_of(firm_ids: Iterable[int]) -> dict[int, Places]:
    """Return the places in use of enterprises. Two queries. A room is named by code or dormitory and name."""
    wanted = list(firm_ids)
    found = {pk: Places() for pk in wanted}
    teams = Team.objects.filter(enterprise_id__in=wanted, active=True).order_by()
    for enterprise, name, pk in teams.values_list("enterprise_id", "name", "pk"):
        found[enterprise].teams[same(name)] = pk
    sites = Site.objects.filter(
        enterprise_id__in=wanted, active=True, kind__in=(SiteKind.ROOM, SiteKind.CANTEEN)
    ).order_by()
    for enterprise, kind, code, name, parent, pk in sites.values_list(
        "enterprise_id", "kind", "code", "name", "parent__name", "pk"
    ):
        places = found[enterprise]
        if kind == SiteKind.CANTEEN:
            places.canteens[same(name)] = places.canteens[same(code)] = pk
        else:
            places.rooms[same(f"{parent or ''}{name}")] = places.rooms[same(code)] = pk
    return found


def group_words() -> dict[str, str]:
    """Return the key of each key group by everything it is called: key, Chinese and English label."""
    words: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words |= {same(str(group.label)): group.value for group in KeyGroup}
    return words | {same(group.value): group.value for group in KeyGroup}


def split_groups(text: str) -> list[str]:
    """Return the single words of a list of key groups."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
