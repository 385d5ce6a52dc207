"""A laboratory's programs: results by tube, each answered by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, ValidationError

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultSource, Verdict
from pingzhan.foundation import clock
from pingzhan.rest.schemas import Problem, Strict

router = Router()
MOST = 1_000
Gene = Annotated[str, Field(min_length=1, max_length=12, pattern=r"^[A-Za-z][A-Za-z0-9/-]*$")]
Cycles = Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)]


class ResultItem(Strict):
    """One result. ``code`` is on the tube; ``ct`` by gene; ``correction`` the reason when it replaces another one.

    ``row`` is the laboratory's own number, given back; the place in the list where it is missing.
    """

    code: Annotated[str, Field(max_length=60)]
    verdict: Verdict
    tested_at: AwareDatetime
    ct: Annotated[dict[Gene, Cycles], Field(max_length=8)] = {}
    correction: Annotated[str, Field(max_length=200)] = ""
    row: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class ResultsIn(Strict):
    """At most 1,000 results. Each is a ResultItem; one of another shape is refused and holds no other up."""

    results: Annotated[
        list[Annotated[ResultItem | dict[str, Any], Field(union_mode="left_to_right")]],
        Field(min_length=1, max_length=MOST),
    ]


class ReportedOut(Schema):
    """What became of a result: stored, corrected, same (nothing changed) or refused. ``fault`` is stable."""

    row: int
    code: str
    status: str
    fault: str
    why: str


class ResultsOut(Schema):
    """``received`` = ``stored`` + ``corrected`` + ``same`` + ``refused``; ``results`` in the order they came."""

    now: datetime
    received: int
    stored: int
    corrected: int
    same: int
    refused: int
    results: list[ReportedOut]


ANSWERS: Any = {200: ResultsOut, frozenset({400, 401, 403, 413, 422, 429}): Problem}


@router.post("/results", response=ANSWERS, operation_id="post_laboratory_results")
def post_results(request: HttpRequest, batch: ResultsIn) -> Any:
    """Enter results of tubes that were received. What is sent again is answered 'same'."""
    device, actor = request.auth  # type: ignore[attr-defined]
    sound = [_line(n, one) for n, one in enumerate(batch.results, 1) if isinstance(one, ResultItem)]
    answers = iter(
        screening.report_results(device=device, results=sound, source=ResultSource.API, by=actor)
        if sound
        else ()
    )
    found = [
        next(answers) if isinstance(one, ResultItem) else _misshapen(n, one)
        for n, one in enumerate(batch.results, 1)
    ]
    return summed(found)


def summed(found: list[screening.Reported]) -> dict[str, Any]:
    """Return answers with their counts."""
    words = ("stored", "corrected", "same", "refused")
    return {
        "now": clock.now(),
        "received": len(found),
        **{word: sum(one.status == word for one in found) for word in words},
        "results": found,
    }


def _line(number: int, one: ResultItem) -> screening.ResultIn:
    return screening.ResultIn(
        code=one.code, verdict=one.verdict, tested_at=one.tested_at, ct=dict(one.ct),
        correction=one.correction, row=number if one.row is None else one.row,
    )  # fmt: skip


def _misshapen(number: int, one: dict[str, Any]) -> screening.Reported:
    try:
        ResultItem.model_validate(one)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
    else:
        place = ""
    words = _("结果的写法不对：%(place)s。") % {"place": place[:60]}
    return screening.Reported(number, str(one.get("code", ""))[:60], "refused", "shape", words)
