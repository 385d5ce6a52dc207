"""The site's own type faces for PDF, from the settings page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.documents.pdf import fonts
from pingzhan.foundation.options import registry as options

_LABELS = {
    "title": _("PDF 标题和红头字体"),
    "body": _("PDF 正文字体"),
    "second": _("PDF 二级标题字体"),
    "first": _("PDF 一级标题字体"),
    "page": _("PDF 页码字体"),
}


def register_options() -> None:
    """Register one setting for each part of a paper."""
    for part, label in _LABELS.items():
        options.register_option(
            options.Option(
                key=_key(part),
                label=label,
                group=_("公文"),
                kind="text",
                default="",
                help=_("写字体的名称，可写几个，用逗号分开，依次选用；不填则用标准字体，缺少时自动替换。"),
            )
        )


def own_fonts() -> dict[str, str]:
    """Return the faces an administrator chose, by part; empty where he chose none."""
    return {part: str(options.value(_key(part))) for part in _LABELS}


def missing_fonts() -> list[fonts.Substitution]:
    """Return the official faces this machine lacks, with what the PDF uses instead."""
    _library, families = fonts.library()
    return fonts.substitutions(families, own_fonts())


def _key(part: str) -> str:
    return f"documents.font_{part}"
