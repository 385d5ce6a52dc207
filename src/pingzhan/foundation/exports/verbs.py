"""How the trail tells of exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb, register_words
from pingzhan.foundation.exports.listing import titles


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_words("listing", lambda key: titles().get(str(key), str(key)))
    register_verb("export.made", _("{actor} 导出了{listing}，{rows} 行（{form}）"), title=_("导出列表"))
    register_verb(
        "export.whole",
        _("{actor} 导出了{listing}，{rows} 行，个人信息未遮盖，事由：{reason}"),
        title=_("导出未遮盖的个人信息"),
        reads=True,
    )
