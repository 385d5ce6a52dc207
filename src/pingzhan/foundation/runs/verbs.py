"""How the trail tells of long work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_verb(
        "run.cancelled", _("{actor} 取消了后台任务 {subject_id}（{kind}）"), title=_("取消后台任务")
    )
    register_verb(
        "run.retried", _("{actor} 让后台任务 {subject_id}（{kind}）重新开始"), title=_("重新开始后台任务")
    )
