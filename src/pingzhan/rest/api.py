"""Version 1 of the API for devices: ``Authorization: Device <token>``, JSON in and out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from pingzhan.domain.gate import api as gate
from pingzhan.domain.health import api as health
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.kernel.errors import DomainError
from pingzhan.rest import fhirdoor, laboratory, rosters, sampling, schemas
from pingzhan.rest.doors import DeviceAuth, LaboratoryAuth

BIGGEST = 4 * 1024 * 1024
"""Bytes of one call."""


api = NinjaAPI(
    title="Pingzhan",
    version="1",
    description=(
        "Devices report temperatures, gate passages and attendance; sampling phones what they sample;"
        " laboratories results."
    ),
    auth=DeviceAuth(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="rest",
)


def _problem(request: HttpRequest, status: int, code: str, message: str, hint: str = "") -> HttpResponse:
    if "/laboratory/fhir" in request.path:
        kind = {401: "login", 403: "forbidden", 404: "not-found", 413: "too-long", 429: "throttled"}
        return fhirdoor.told([("error", kind.get(status, "processing"), "", f"{message}{hint}")], status)
    return api.create_response(request, {"code": code, "message": message, "hint": hint}, status=status)


@api.exception_handler(DomainError)
def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    return _problem(request, error.status, error.code, error.message, error.hint)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first: dict[str, Any] = error.errors[0] if error.errors else {}
    # ninja puts the name of the body parameter first; a client knows only what lies inside it.
    place = ".".join(str(part) for part in first.get("loc", ())[2:])
    return _problem(
        request, 422, "invalid", _("请求的内容不对：%(place)s。") % {"place": place or _("正文")},
        _("各字段的写法见接口说明。"),
    )  # fmt: skip


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(request, error.status_code, "unreadable", _("请求的正文不是有效的 JSON。"))


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    del error
    return _problem(request, 413, "too_big", _("一次上传的内容太大，请分批。"))


def _check_size(request: HttpRequest) -> None:
    if len(request.body) > BIGGEST:
        raise RequestDataTooBig


def _who(request: HttpRequest) -> tuple[Device, Actor]:
    found: tuple[Device, Actor] = request.auth  # type: ignore[attr-defined]
    return found


def _batch(rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {word: sum(row["status"] == word for row in rows) for word in ("stored", "same", "refused")}
    return {"received": len(rows), **counts, "rows": rows}


_ANSWERS: Any = {200: schemas.BatchOut, frozenset({400, 401, 403, 413, 422}): schemas.Problem}
_READS: Any = {frozenset({401, 403}): schemas.Problem}


@api.post("/temperatures", response=_ANSWERS, operation_id="post_temperatures")
def post_temperatures(request: HttpRequest, batch: schemas.TemperatureBatch) -> Any:
    """Store temperatures. A row sent again is answered 'same'."""
    _check_size(request)
    device, actor = _who(request)
    rows = [health.ReadingIn(row.uuid, row.person, row.value, row.at) for row in batch.rows]
    answers = health.record_readings(rows, device, actor)
    return _batch([_row(one.uuid, one.status, one.code, one.message) for one in answers])


@api.post("/gate-events", response=_ANSWERS, operation_id="post_gate_events")
def post_gate_events(request: HttpRequest, batch: schemas.GateBatch) -> Any:
    """Store who and what passed a gate; only for devices of a gate."""
    _check_size(request)
    device, _actor = _who(request)
    rows = [gate.PassageIn(**row.dict()) for row in batch.rows]
    answers = gate.record_passages(rows, device)
    words = {"duplicate": "same"}
    return _batch(
        [_row(one.uuid, words.get(one.status, one.status), one.code, one.message) for one in answers]
    )


@api.post("/attendance", response=_ANSWERS, operation_id="post_attendance")
def post_attendance(request: HttpRequest, batch: schemas.PresenceBatch) -> Any:
    """Store who was at work on which day."""
    _check_size(request)
    device, actor = _who(request)
    rows = [health.PresenceIn(row.uuid, row.person, row.day) for row in batch.rows]
    answers = health.record_attendance(rows, device, actor)
    return _batch([_row(one.uuid, one.status, one.code, one.message) for one in answers])


@api.get("/devices/me", response={200: schemas.DeviceOut, **_READS}, operation_id="get_device")
def get_device(request: HttpRequest) -> Any:
    """Return what is known of the calling device."""
    return _who(request)[0]


@api.get("/teams", response={200: list[schemas.TeamOut], **_READS}, operation_id="get_teams")
def get_teams(request: HttpRequest) -> Any:
    """Return the teams of the device's enterprise with numbers and masked names."""
    return rosters.teams(*_who(request))


api.add_router("/sampling", sampling.router)
api.add_router("/laboratory", laboratory.router, auth=LaboratoryAuth())
api.add_router("/laboratory", fhirdoor.router, auth=LaboratoryAuth())


def _row(uuid: Any, status: str, code: str, message: str) -> dict[str, Any]:
    return {"uuid": uuid, "status": status, "code": code, "message": message}
