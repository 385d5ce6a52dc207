"""How the trail tells of papers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb, register_words
from pingzhan.foundation.documents.enums import PaperKind


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_words("paper_kind", _kind_words)
    register_verb(
        "document.drafted", _("{actor} 拟写了公文 {subject_id}（{paper_kind}）"), title=_("拟写公文")
    )
    register_verb(
        "document.edited", _("{actor} 修改了公文 {subject_id}，第 {edition} 稿"), title=_("修改公文")
    )
    register_verb("document.submitted", _("{actor} 把公文 {subject_id} 送核稿"), title=_("公文送核"))
    register_verb("document.returned", _("{actor} 把公文 {subject_id} 退回修改"), title=_("公文退回"))
    register_verb("document.withdrawn", _("{actor} 撤回了公文 {subject_id}"), title=_("撤回公文"))
    register_verb(
        "document.issued",
        _("{actor} 签发了公文 {subject_id}，{number}，校验值 {docx_sha}"),
        title=_("签发公文"),
    )
    register_verb("document.filed", _("{actor} 把公文 {subject_id} 印发归档"), title=_("公文印发归档"))
    register_verb("document.voided", _("{actor} 作废了公文 {subject_id}，{number}"), title=_("作废公文"))
    register_verb("document.organ_saved", _("{actor} 登记了发文机关 {subject_id}"), title=_("登记发文机关"))
    register_verb(
        "document.series_saved",
        _("{actor} 登记了发文字号系列 {subject_id}（{code}）"),
        title=_("登记发文字号系列"),
    )
    register_verb(
        "document.template_saved",
        _("{actor} 保存了公文模板 {subject_id} 第 {version} 版"),
        title=_("保存公文模板"),
    )
    register_verb(
        "document.template_switched",
        _("{actor} 启用或停用了公文模板 {subject_id}"),
        title=_("启用或停用公文模板"),
    )


def _kind_words(key: object) -> str:
    return str(PaperKind(str(key)).label) if str(key) in PaperKind.values else str(key)
