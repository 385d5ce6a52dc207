"""FHIR R4 for laboratories: a Bundle of reports comes in, a tube with its report goes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultSource, Verdict
from pingzhan.rest import fhir

router = Router()
TYPE = "application/fhir+json"
_BODY: Any = {"requestBody": {"required": True, "content": {TYPE: {"schema": {"type": "object"}}}}}
_KINDS = {"unknown_tube": "not-found", "shape": "value"}


def answer(data: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a resource as FHIR is sent."""
    return HttpResponse(json.dumps(data), status=status, content_type=TYPE)


def told(issues: Sequence[tuple[str, str, str, str]], status: int) -> HttpResponse:
    """Return an OperationOutcome."""
    return answer(fhir.outcome(issues), status)


@router.post("/fhir", operation_id="post_laboratory_fhir", openapi_extra=_BODY)
def post_fhir(request: HttpRequest) -> Any:
    """Enter the results of a Bundle (DiagnosticReport, Observation, Specimen); the answer is an OperationOutcome.

    One issue for each report, its place as FHIRPath. A Bundle with anything else in it is refused as a whole (422).
    """
    device, actor = request.auth  # type: ignore[attr-defined]
    try:
        lines = fhir.read_bundle(json.loads(request.body))
    except (ValueError, RecursionError):
        return told([("fatal", "structure", "", _("请求的正文不是有效的 JSON。"))], 400)
    except fhir.Unread as error:
        return told([("error", one.kind, one.place, _words(one.reason)) for one in error.faults], 422)
    results = [
        screening.ResultIn(
            code=one.code, verdict=Verdict(one.verdict), tested_at=one.tested_at, ct=one.ct, row=number,
            correction=one.reason or _("实验室更正报告") if one.corrected else "",
        )
        for number, one in enumerate(lines, 1)
    ]  # fmt: skip
    found = screening.report_results(device=device, results=results, source=ResultSource.FHIR, by=actor)
    return told([_issue(line, one) for line, one in zip(lines, found, strict=True)], 200)


@router.get("/fhir/tubes/{code}", operation_id="get_laboratory_fhir_tube")
def get_tube(request: HttpRequest, code: str) -> Any:
    """Return a tube as a pooled Specimen with its parents, and its report, as a Bundle; nobody is named."""
    device, actor = request.auth  # type: ignore[attr-defined]
    found = screening.read_tube(device=device, code=code, by=actor)
    result = found.result
    pool = fhir.Pool(
        code=found.tube.code,
        swabs=[fhir.Swab(key, at) for key, at in found.swabs],
        received_at=found.tube.received_at,
        found=None
        if result is None
        else fhir.Found(
            result.verdict, result.tested_at, result.reported_at, result.ct,
            corrected=result.corrects_id is not None, reason=result.reason,
        ),
    )  # fmt: skip
    return answer(fhir.write_pool(pool))


def _issue(line: fhir.Line, one: screening.Reported) -> tuple[str, str, str, str]:
    if one.status == "refused":
        return "error", _KINDS.get(one.fault, "business-rule"), line.place, f"{one.code}：{one.why}"
    words = {"stored": _("已录入"), "corrected": _("已更正"), "same": _("没有变化")}
    return "information", "informational", line.place, f"{one.code}：{words[one.status]}"


def _words(reason: str) -> str:
    return {
        "bundle": _("正文应是一个 Bundle。"),
        "bundle_type": _("Bundle 的种类应是 collection、batch 或 transaction。"),
        "empty": _("Bundle 里没有内容。"),
        "no_report": _("Bundle 里没有 DiagnosticReport。"),
        "too_many": _("一次最多 %(n)d 份报告。") % {"n": fhir.MOST},
        "resource": _("这一项没有资源。"),
        "resource_type": _("只收 DiagnosticReport、Observation 和 Specimen。"),
        "status": _("只收已审核（final）或更正（corrected、amended）的报告。"),
        "no_specimen": _("报告没有写明样本。"),
        "no_result": _("报告没有写明结果。"),
        "one_specimen": _("一份报告只能是一管。"),
        "specimen_status": _("样本被标为误录，不能收它的结果。"),
        "observation_status": _("只收已审核（final）或更正（corrected、amended）的结果。"),
        "modifier": _("带有改变含义的扩展或规则，系统不认识，不能当成普通的结果收下。"),
        "reference_twice": _("这个引用在 Bundle 里对得上两个资源，分不清是哪一个。"),
        "reference": _("引用的资源不在这个 Bundle 里，或种类不对。"),
        "tube_code": _("样本的容器上没有管码。"),
        "verdict": _("结果应是一个，用 SNOMED CT 或 v3 的编码写成阳性、阴性、可疑或无效。"),
        "ct": _("Ct 值应是 0 到 60 的数，并写明基因，一个基因一个值。"),
        "moment": _("检测时间要有日期、时间和时区。"),
    }[reason]
