"""One row of a workers' spreadsheet, read and checked on its own, before anything stored is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.people import personal
from pingzhan.domain.people.actions.common import MAX_AHEAD
from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, LeaveReason
from pingzhan.domain.people.importers.places import Firm, Firms, Places, same, split_groups
from pingzhan.domain.people.personal import Personal
from pingzhan.foundation.imports.spec import CellError
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

Values = Mapping[str, Any]
TERMS = ("employee_no", "job", "kind", "groups")
PLACE = ("team", "room", "canteen", "sitting")


@dataclass(slots=True)
class Entry:
    """What a row says, in the terms of the tables; ``errors`` is empty when it can be stored as it is."""

    firm: Firm | None = None
    person: Personal | None = None
    digest: bytes = b""
    employee_no: str = ""
    job: str = ""
    kind: str = EmploymentKind.OWN.value
    groups: tuple[str, ...] = ()
    team: int | None = None
    room: int | None = None
    canteen: int | None = None
    sitting: int | None = None
    joined: date = date.min
    left: date | None = None
    left_reason: str = ""
    errors: list[CellError] = field(default_factory=list)
    words: Values = field(default_factory=dict)
    """The cells as they were read, for the preview."""

    def refuse(self, column: str, message: str) -> None:
        """Note a reason."""
        self.errors.append(CellError(column, message))

    def overlaps(self, joined: date, left: date | None) -> bool:
        """Return whether the period shares a day with another; an empty one shares none."""
        if self.left == self.joined or left == joined:
            return False
        return (left is None or self.joined < left) and (self.left is None or joined < self.left)


def firm_of(values: Values, firms: Firms, entry: Entry) -> None:
    """Find the enterprise of a row: the one named, else the only one of the scope."""
    text = values["enterprise"]
    if not text:
        entry.firm = firms.only
        if firms.only is None:
            entry.refuse("enterprise", _("请填写企业的代码或名称。"))
    else:
        entry.firm = firms.by_word.get(same(text))
        if entry.firm is None:
            entry.refuse("enterprise", _("所选单位内没有企业“%(name)s”。") % {"name": text})
    if entry.firm is not None and entry.firm.closed:
        entry.refuse("enterprise", _("这家企业已注销，不能再登记职工。"))


def read(values: Values, entry: Entry, places: Places, groups: Mapping[str, str], today: date) -> None:
    """Fill the entry from the cells, noting every reason against it."""
    entry.words = values
    _person(values, entry, today)
    entry.employee_no, entry.job = values["employee_no"] or "", values["job"] or ""
    entry.kind = values["kind"] or EmploymentKind.OWN.value
    _groups(values["groups"], entry, groups)
    _places(values, entry, places)
    _dates(values, entry, today)


def _person(values: Values, entry: Entry, today: date) -> None:
    name, document = "", None
    kind = values["doc_kind"] or DocumentKind.ID_CARD.value
    try:
        name = personal.read_name(values["name"])
    except Invalid as error:
        entry.refuse("name", told(error))
    try:
        document = personal.read_document(kind, values["number"], today=today)
    except Invalid as error:
        entry.refuse("number", told(error))
    if document is not None and name:
        entry.person = Personal(name, document, values["phone"], values["address"])


def _groups(text: str | None, entry: Entry, words: Mapping[str, str]) -> None:
    keys: set[str] = set()
    for word in split_groups(text or ""):
        key = words.get(same(word))
        if key is None:
            entry.refuse("groups", _("没有“%(group)s”这一类重点人群。") % {"group": word})
        else:
            keys.add(key)
    entry.groups = tuple(sorted(keys))


def _places(values: Values, entry: Entry, places: Places) -> None:
    if (team := values["team"]) and (found := places.teams.get(same(team))) is None:
        entry.refuse("team", _("这家企业没有班组“%(name)s”。") % {"name": team})
    else:
        entry.team = found if team else None
    if (room := values["room"]) and (found := places.rooms.get(same(room))) is None:
        entry.refuse("room", _("这家企业没有宿舍“%(name)s”，请按“楼 房间”填写。") % {"name": room})
    else:
        entry.room = found if room else None
    if (canteen := values["canteen"]) and (found := places.canteens.get(same(canteen))) is None:
        entry.refuse("canteen", _("这家企业没有食堂“%(name)s”。") % {"name": canteen})
    else:
        entry.canteen = found if canteen else None
    entry.sitting = values["sitting"]
    if entry.sitting is not None and not canteen:
        entry.refuse("sitting", _("填写就餐批次前请先填写食堂。"))


def _dates(values: Values, entry: Entry, today: date) -> None:
    entry.joined, entry.left = values["joined"], values["left"]
    entry.left_reason = values["left_reason"] or ""
    if entry.joined > today + MAX_AHEAD:
        entry.refuse("joined", _("入职日期最多可提前六十天登记。"))
    elif entry.joined.year < 1950:
        entry.refuse("joined", _("入职日期过早，请核对年份。"))
    if entry.left is None:
        if entry.left_reason:
            entry.refuse("left", _("填写了离职原因，请同时填写离职日期。"))
        return
    entry.left_reason = entry.left_reason or LeaveReason.OTHER.value
    if entry.left < entry.joined:
        entry.refuse("left", _("离职日期不能早于入职日期。"))
    elif entry.left > today and entry.left != entry.joined:
        entry.refuse("left", _("离职日期不能晚于今天。"))
