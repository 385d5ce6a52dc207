"""What the API takes and gives, version 1."""

from __future__ import annotations

import uuid as uuids
from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AwareDatetime, Field

MOST = 5_000
Person = Annotated[int, Field(ge=1, le=2**62, description="职工编号，见 /teams")]


class Strict(Schema):
    """No field that nobody reads: a misspelt one is refused, not lost."""

    model_config = {"extra": "forbid"}


class TemperatureIn(Strict):
    """One temperature. ``value`` in degrees Celsius; ``at`` is the device's clock with its zone."""

    uuid: uuids.UUID
    person: Person
    value: Annotated[float, Field(allow_inf_nan=False, ge=-1000, le=100_000)]
    at: AwareDatetime


class TemperatureBatch(Strict):
    """At most 5,000 rows."""

    rows: Annotated[list[TemperatureIn], Field(min_length=1, max_length=MOST)]


class GateEventIn(Strict):
    """One passage; ``ref`` is the employee number, the plate, or the six digits of the appointment."""

    uuid: uuids.UUID
    kind: Annotated[str, Field(max_length=20)]
    direction: Annotated[str, Field(max_length=10)]
    at: AwareDatetime
    ref: Annotated[str, Field(max_length=40)] = ""
    enterprise: Annotated[str, Field(max_length=40)] = ""
    outcome: Annotated[str, Field(max_length=20)] = "passed"
    reason: Annotated[str, Field(max_length=40)] = ""


class GateBatch(Strict):
    """At most 5,000 rows."""

    rows: Annotated[list[GateEventIn], Field(min_length=1, max_length=MOST)]


class PresenceIn(Strict):
    """A worker was at work on a day."""

    uuid: uuids.UUID
    person: Person
    day: date


class PresenceBatch(Strict):
    """At most 5,000 rows."""

    rows: Annotated[list[PresenceIn], Field(min_length=1, max_length=MOST)]


class RowOut(Schema):
    """What became of a row: stored, same (received before) or refused; ``code`` is stable, ``message`` Chinese."""

    uuid: uuids.UUID
    status: str
    code: str
    message: str


class BatchOut(Schema):
    """``received`` = ``stored`` + ``same`` + ``refused``; ``rows`` in the order they came."""

    received: int
    stored: int
    same: int
    refused: int
    rows: list[RowOut]


class Problem(Schema):
    """Why a call was refused."""

    code: str
    message: str
    hint: str = ""


class DeviceOut(Schema):
    """The device itself."""

    id: int
    name: str
    kind: str
    expires_at: datetime


class WorkerOut(Schema):
    """A worker without anything that identifies him outside his enterprise."""

    person: int
    name: str


class TeamOut(Schema):
    """A team (0: workers without one) and who is in it."""

    enterprise: str
    team: int
    name: str
    workers: list[WorkerOut]
