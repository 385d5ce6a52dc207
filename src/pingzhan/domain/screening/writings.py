"""How laboratories write: the moment of a test, the Ct values by gene; and how they are answered."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.screening.enums import FAULT_HINTS, ResultFault
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

HIGHEST_CT = 60
MOST_GENES = 8
ANY_GENE = "Ct"
"""Key of a value without a gene."""
_MOMENT = re.compile(
    r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?[ T]*"
    r"(\d{1,2})[:\u65f6](\d{1,2})\u5206?(?::(\d{1,2})(?:\.\d+)?)?\Z"
)
_VALUE = re.compile(r"(?:([A-Za-z][A-Za-z0-9/-]{0,11})[ :=]*)?(\d{1,2}(?:\.\d{1,3})?)\Z")
_BETWEEN = re.compile(r"[;,\u3001\n]+")


def read_moment(text: str) -> datetime:
    """Return a moment written with date and time in the zone's own time. Raises Invalid."""
    found = _MOMENT.fullmatch(fold(text))
    if found is None:
        raise Invalid(_("请写明检测的日期和时间，例如 2026-05-20 14:30。"), place="tested_at", code="moment")
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone.get_default_timezone())
    except ValueError:
        raise Invalid(_("没有这个日期或时间。"), place="tested_at", code="moment") from None


def read_ct(text: str) -> dict[str, float]:
    """Return Ct values by gene, as in ``ORF1ab 31.2; N 33``; one without a gene stands under Ct. Raises Invalid."""
    found: dict[str, float] = {}
    for part in _BETWEEN.split(fold(text)):
        words = part.strip()
        if not words:
            continue
        match = _VALUE.fullmatch(words)
        if match is None or not 0 < float(match[2]) <= HIGHEST_CT:
            raise Invalid(
                _("Ct 值应是 0 到 %(n)d 的数，可以写明基因，例如 ORF1ab 31.2；N 33。") % {"n": HIGHEST_CT},
                place="ct", code="ct",
            )  # fmt: skip
        gene = match[1] or ANY_GENE
        if gene in found or len(found) >= MOST_GENES:
            raise Invalid(
                _("一个基因只写一个 Ct 值，最多 %(n)d 个基因。") % {"n": MOST_GENES}, place="ct", code="ct"
            )
        found[gene] = float(match[2])
    return found


def ct_words(values: dict[str, float]) -> str:
    """Return Ct values as people read them; what read_ct() reads back."""
    return "\uff1b".join(
        f"{gene} {value:g}" if gene != ANY_GENE else f"{value:g}" for gene, value in values.items()
    )


def fault_words(fault: ResultFault) -> str:
    """Return why a result was not applied and what to do."""
    return _("%(fault)s。%(hint)s") % {"fault": fault.label, "hint": FAULT_HINTS[fault]}
