"""The people of a zone as a file; their contacts are masked unless the right and a reason open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.privacy.masks import mask_any, mask_phone

CALLED = (Channel.PHONE, Channel.SMS)
BETWEEN = "\u3001"


@dataclass(frozen=True)
class Line:
    """A person with his contacts in clear text; the columns say that they are personal."""

    person: Person
    phones: str
    others: str


def rows(actor: Actor, params: Params) -> QuerySet[Person]:
    """Return the people of the page: of the zone with code ``zone`` or the first, found by ``q``."""
    zones = territory.visible_to(actor).filter(kind=UnitKind.ZONE).order_by("code")
    code = params.get("zone", "")
    zone = zones.filter(code=code).first() if code else zones.first()
    if zone is None:
        return Person.objects.none()
    return api.people_list(api.persons_visible_to(actor), zone, params.get("q", ""))


def lines_of(people: Sequence[Person]) -> list[Line]:
    """Return people with what their contacts are. Two queries."""
    # By the relation loaded along: what is reached from a contact is the very person, with its key.
    found = {one.pk: list(one.contacts.all()) for one in people}
    texts = api.opened(contact for one in found.values() for contact in one)

    def joined(person: Person, *, called: bool) -> str:
        return BETWEEN.join(
            texts[one.pk] for one in found[person.pk] if (one.channel in CALLED) is called and one.pk in texts
        )

    return [Line(one, joined(one, called=True), joined(one, called=False)) for one in people]


def _each_phone(text: str) -> str:
    return BETWEEN.join(mask_phone(one) for one in text.split(BETWEEN))


def _each(text: str) -> str:
    return BETWEEN.join(mask_any(one) for one in text.split(BETWEEN))


def _whole(actor: Actor) -> bool:
    """Return whether contacts may be opened wherever the person sees people at all."""
    paths = actor.paths(Permission.VIEW_STRUCTURE)
    return bool(paths) and all(actor.has(Permission.EXPORT_PERSONAL, path) for path in paths)


def _away(person: Person) -> str | None:
    return BETWEEN.join(str(one.get_kind_display()) for one in person.absences.all()) or None


PEOPLE = Listing(
    key="structure.people",
    title=gettext_lazy("干部和联系人"),
    columns=(
        OutColumn("name", gettext_lazy("姓名"), lambda line: line.person.name),
        OutColumn("title", gettext_lazy("职务"), lambda line: line.person.title or None, width=28),
        OutColumn("kind", gettext_lazy("类别"), lambda line: str(line.person.get_kind_display())),
        OutColumn("unit", gettext_lazy("所在单位"), lambda line: line.person.home_unit.name, width=28),
        OutColumn(
            "phone",
            gettext_lazy("电话"),
            lambda line: line.phones or None,
            personal=True,
            mask=_each_phone,
            width=20,
        ),
        OutColumn(
            "others",
            gettext_lazy("其他联系方式"),
            lambda line: line.others or None,
            personal=True,
            mask=_each,
            width=28,
        ),
        OutColumn("away", gettext_lazy("离岗"), lambda line: _away(line.person)),
        OutColumn(
            "active",
            gettext_lazy("状态"),
            lambda line: _("在职") if line.person.active else _("不在职"),
        ),
    ),
    queryset=rows,
    may=lambda actor: actor.has(Permission.VIEW_STRUCTURE),
    may_whole=_whole,
    load=lines_of,
    filter_words=lambda actor, params: params.get("q", ""),
)


def register() -> None:
    """Make the list exportable; called once when the application is ready."""
    register_listing(PEOPLE)
