"""Tables of the reporting module."""

from pingzhan.domain.reporting.models.due import Due, ReportCounter
from pingzhan.domain.reporting.models.report import TEXTS, Report
from pingzhan.domain.reporting.models.zero import ZeroEntry, ZeroLine

__all__ = ["TEXTS", "Due", "Report", "ReportCounter", "ZeroEntry", "ZeroLine"]
