"""How the trail tells of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb, register_words
from pingzhan.foundation.imports.spec import import_of
from pingzhan.kernel.errors import NotFound


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_words("spec", _spec_words)
    register_verb(
        "import.uploaded", _("{actor} 上传了第 {subject_id} 号导入（{spec}）"), title=_("上传导入文件")
    )
    register_verb(
        "import.confirmed", _("{actor} 确认存入第 {subject_id} 号导入（{spec}）"), title=_("确认导入")
    )
    register_verb(
        "import.cancelled", _("{actor} 取消了第 {subject_id} 号导入（{spec}）"), title=_("取消导入")
    )
    register_verb(
        "import.finished",
        _(
            "第 {subject_id} 号导入（{spec}）完成：共 {total} 行，新增 {new}，更新 {changed}，"
            "未变 {same}，拒绝 {refused}，未选 {left_out}"
        ),
        title=_("导入完成"),
    )


def _spec_words(key: object) -> str:
    try:
        return str(import_of(str(key)).title)
    except NotFound:
        return str(key)
