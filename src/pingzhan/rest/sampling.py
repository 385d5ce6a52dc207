"""Sampling phones: the roster of today's enterprises, and the queue of what was sampled."""

from __future__ import annotations

import uuid as uuids
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from pingzhan.domain.screening import api as screening
from pingzhan.foundation import clock
from pingzhan.rest.schemas import Person, Problem, Strict

router = Router()
MOST = 200
Number = Annotated[int, Field(ge=1, le=2**62)]


class Plain(BaseModel):
    """A part of a batch: read straight from JSON, without looking for Django's objects in each field as Schema does."""

    model_config = {"extra": "forbid"}


class GuestIn(Plain):
    """Somebody on no list: name and identity number."""

    name: Annotated[str, Field(max_length=100)]
    doc_no: Annotated[str, Field(max_length=40)]


class ItemIn(Plain):
    """One record of the phone's queue.

    ``kind``: sample, seal, void, box, box_seal, handover. ``override``: the reason for more people in a tube than
    the round allows. ``to``: the number of the phone an open tube is passed on to, or who takes a box. ``round`` is
    taken from the day of ``at`` where it is missing.
    """

    id: uuids.UUID
    seq: Number
    kind: Annotated[str, Field(max_length=20)]
    at: AwareDatetime
    round: Number | None = None
    tube: Annotated[str, Field(max_length=60)] = ""
    person: Person | None = None
    walk_in: GuestIn | None = None
    place: Annotated[int, Field(ge=1, le=1000)] | None = None
    box: Annotated[str, Field(max_length=60)] = ""
    override: Annotated[str, Field(max_length=200)] = ""
    to: Annotated[str, Field(max_length=100)] = ""


class SyncIn(Strict):
    """At most 200 records; ``sent_at`` is the phone's clock when it sends.

    Each item is an ItemIn. One of another shape is answered 'rejected' and holds no other up.
    """

    sent_at: AwareDatetime
    device_seq_from: Number | None = None
    items: Annotated[
        list[Annotated[ItemIn | dict[str, Any], Field(union_mode="left_to_right")]],
        Field(min_length=1, max_length=MOST),
    ]


class ItemOut(BaseModel):
    """What became of an item: accepted, duplicate, accepted_conflict or rejected; ``code`` is stable."""

    id: str
    status: str
    code: str
    why: str


class SyncOut(Schema):
    """``now`` is the server's clock; ``results`` in the order the items came."""

    now: datetime
    results: list[ItemOut]


class RoundOut(Schema):
    """A round."""

    id: int
    day: Any
    kind: str
    pool_size: int


class StopOut(Schema):
    """When the team comes to an enterprise."""

    enterprise: str
    start: datetime
    end: datetime


class ListedOut(Schema):
    """Somebody of an enterprise that the team goes to today; ``held``: because of a pooled positive."""

    ref: int
    no: str
    name_masked: str
    last4: str
    enterprise: str
    team: str
    due: bool
    held: bool = False


class RosterOut(Schema):
    """A round of today with the people the team may meet."""

    round: RoundOut
    stops: list[StopOut]
    people: list[ListedOut]


_SYNC: Any = {200: SyncOut, frozenset({400, 401, 403, 413, 422}): Problem}
_ROSTER: Any = {200: list[RosterOut], frozenset({401, 403}): Problem}


@router.get("/roster", response=_ROSTER, operation_id="get_sampling_roster")
def get_roster(request: HttpRequest) -> Any:
    """Return today's rounds of the phone's team with the people of the enterprises it goes to."""
    device, actor = request.auth  # type: ignore[attr-defined]
    return screening.take_roster(device=device, by=actor)


@router.post("/sync", response=_SYNC, operation_id="post_sampling_sync")
def post_sync(request: HttpRequest, batch: SyncIn) -> Any:
    """Store what the phone's queue holds. What is sent again is answered 'duplicate'."""
    device, actor = request.auth  # type: ignore[attr-defined]
    sound = [_item(one) for one in batch.items if isinstance(one, ItemIn)]
    answers = iter(
        screening.record_batch(items=sound, sent_at=batch.sent_at, device=device, by=actor) if sound else ()
    )
    results = []
    for one in batch.items:
        if isinstance(one, ItemIn):
            found = next(answers)
            results.append(
                {"id": str(found.id), "status": found.status, "code": found.code, "why": found.why}
            )
        else:
            results.append(_misshapen(one))
    return {"now": clock.now(), "results": results}


def _item(one: ItemIn) -> screening.Item:
    guest = one.walk_in
    return screening.Item(
        id=one.id, seq=one.seq, kind=one.kind, at=one.at, round=one.round, tube=one.tube, person=one.person,
        guest=screening.Guest(guest.name, guest.doc_no) if guest is not None else None, place=one.place,
        box=one.box, override=one.override, to=one.to,
    )  # fmt: skip


def _misshapen(one: dict[str, Any]) -> dict[str, Any]:
    try:
        ItemIn.model_validate(one)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
    else:
        place = ""
    return {
        "id": str(one.get("id", ""))[:60], "status": "rejected", "code": "shape",
        "why": _("记录的写法不对：%(place)s。") % {"place": place[:60]},
    }  # fmt: skip
