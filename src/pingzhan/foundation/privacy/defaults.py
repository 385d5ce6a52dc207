"""The retention rules of the tables below this module, and what is kept beyond every period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.accounts.models import SignIn
from pingzhan.foundation.privacy.retention import Kept, RetentionRule, register_kept, register_rule


def _sign_ins_due(now: datetime, days: int, limit: int) -> Sequence[int]:
    return list(
        SignIn.objects.filter(at__lt=now - timedelta(days=days), session_key__isnull=True)
        .order_by("at")
        .values_list("pk", flat=True)[:limit]
    )


def _forget_sign_ins(ids: Sequence[int]) -> int:
    return SignIn.objects.filter(pk__in=ids).delete()[0]


def register() -> None:
    """Register them; called once when the application is ready."""
    register_rule(
        RetentionRule(
            key="sign_ins",
            label=_("登录记录"),
            purpose=_("发现冒用账号，供本人核对。"),
            basis=_("《网络安全法》第二十三条第三项：网络日志留存不少于六个月。"),
            days=180,
            least=180,
            due=_sign_ins_due,
            destroy=_forget_sign_ins,
        )
    )
    register_kept(
        Kept(
            "trail",
            _("留痕记录"),
            _("只有编号和数量，没有个人信息；用于追溯责任，不能修改和删除。"),
        )
    )
    register_kept(
        Kept(
            "history",
            _("行历史"),
            _("个人信息只以加密形式留存，密钥销毁后不能还原。"),
        )
    )
    register_kept(
        Kept(
            "files",
            _("上传和导出的文件"),
            _("加密存放，办完后按设置的时间（默认一天内）连同密钥删除；执行销毁时已有的全部删除。"),
        )
    )
    register_kept(
        Kept(
            "protocols",
            _("销毁记录书"),
            _("证明已经销毁，只有数量；《个人信息保护法》第五十六条要求处理情况记录至少保存三年。"),
        )
    )
