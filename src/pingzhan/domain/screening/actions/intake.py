"""What a phone sends, read item by item: its shape, its clock and its reasons, before the database is asked."""

from __future__ import annotations

import re
import uuid as uuids
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from pingzhan.domain.screening.enums import SampleFlag, StepKind
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

MOST = 200
"""Items of one batch (reference/front.md 9.2)."""
MOST_IN_TUBE = 40
CLOCK_WARNS, CLOCK_OFF = timedelta(minutes=2), timedelta(minutes=30)
REASON_MOST = 60
_CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{3,31}\Z")
_LONG_NUMBER = re.compile(r"\d{6,}")
SAMPLE = "sample"
STEPS = {
    "seal": StepKind.SEAL,
    "void": StepKind.VOID,
    "box": StepKind.BOX,
    "box_seal": StepKind.BOX_SEAL,
    "handover": StepKind.HANDOVER,
}
_OF_TUBE = frozenset({StepKind.SEAL, StepKind.VOID, StepKind.BOX})


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is on no list: his name and his identity number."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a phone's queue. ``person`` is the number of the employment from the roster.

    ``override`` is the reason for more people in a tube than the round allows. ``to``: the phone an open tube is
    passed on to (its number), or who takes a box. ``round`` None: the team's round on the day of ``at``.
    """

    id: uuids.UUID
    seq: int
    kind: str
    at: datetime
    round: int | None = None
    tube: str = ""
    person: int | None = None
    guest: Guest | None = None
    place: int | None = None
    box: str = ""
    override: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item. ``code`` is stable, ``why`` is for people; both empty where there is nothing to say."""

    id: uuids.UUID
    status: Literal["accepted", "duplicate", "accepted_conflict", "rejected"]
    code: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """How far a phone's clock is ahead of the server's."""

    ahead: timedelta

    @property
    def ms(self) -> int:
        """Return it in milliseconds, no more than a column holds."""
        return max(-(2**31), min(2**31 - 1, round(self.ahead / timedelta(milliseconds=1))))

    @property
    def flag(self) -> int:
        """Return the flag of what is sent with this clock."""
        return SampleFlag.CLOCK_OFF if abs(self.ahead) > CLOCK_WARNS else 0

    @property
    def off(self) -> bool:
        """Return whether the phone must be set right before its times mean anything."""
        return abs(self.ahead) > CLOCK_OFF


def read_code(text: str, *, place: str) -> str:
    """Return the code of a tube or box in capitals. Raises Invalid."""
    code = fold(text).upper().replace(" ", "")
    if not _CODE.fullmatch(code):
        raise Invalid(_("管码或箱码应为 4 至 32 位数字、字母或短横线。"), place=place, code="code")
    return code


def read_plain(text: str, *, place: str) -> str:
    """Return a text folded. Invalid for marks that cannot be printed."""
    words = fold(text)
    if not words.isprintable():
        raise Invalid(_("内容中有不能显示的字符。"), place=place, code="marks")
    return words


def read_reason(text: str, *, place: str) -> str:
    """Return a short reason, empty for none. It is kept for long: Invalid with a long number in it."""
    words = read_plain(text, place=place)
    if not words:
        return ""
    if not 2 <= len(words) <= REASON_MOST:
        raise Invalid(_("请写明原因，2 到 %(n)d 个字。") % {"n": REASON_MOST}, place=place, code="reason")
    if _LONG_NUMBER.search(words):
        raise Invalid(_("原因会长期留痕，不能写电话或证件号码。"), place=place, code="reason_personal")
    return words


@dataclass(frozen=True, slots=True)
class Read:
    """An item of sound shape: codes in one writing, what it is about complete."""

    item: Item
    step: StepKind | None
    tube: str = ""
    box: str = ""
    reason: str = ""
    to_device: int | None = None
    ref: str = ""


def read_item(item: Item) -> Read:
    """Return the item checked by itself. Raises Invalid for what no later record can put right."""
    if item.seq < 1:
        raise Invalid(_("记录的序号不对。"), code="seq")
    if item.kind == SAMPLE:
        return _read_sample(item)
    step = STEPS.get(item.kind)
    if step is None:
        raise Invalid(_("不认识的记录种类。"), code="kind")
    reason = read_reason(item.override, place="override")
    if step in _OF_TUBE:
        tube = read_code(item.tube, place="tube")
        box = read_code(item.box, place="box") if step == StepKind.BOX else ""
        return Read(item, step, tube, box, reason)
    if step == StepKind.HANDOVER and item.tube.strip():
        if not item.to.strip().isdecimal() or int(item.to) >= 2**63:
            raise Invalid(_("请写明把采样管交给哪台手机。"), place="to", code="to")
        return Read(
            item, StepKind.PASS_ON, read_code(item.tube, place="tube"), reason=reason, to_device=int(item.to)
        )
    box = read_code(item.box, place="box")
    ref = read_plain(item.to, place="to")
    if step == StepKind.HANDOVER and not 2 <= len(ref) <= REASON_MOST:
        raise Invalid(_("请写明样本箱交给谁。"), place="to", code="to")
    return Read(item, step, box=box, reason=reason, ref=ref)


def _read_sample(item: Item) -> Read:
    tube = read_code(item.tube, place="tube")
    if (item.person is None) == (item.guest is None):
        raise Invalid(_("一条采样记录只能是一个人。"), place="person", code="person")
    if item.place is None or not 1 <= item.place <= MOST_IN_TUBE:
        raise Invalid(_("请写明是管内第几人。"), place="place", code="place")
    return Read(item, None, tube, reason=read_reason(item.override, place="override"))
