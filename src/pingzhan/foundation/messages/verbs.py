"""How the trail tells of channels and notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_verb("messages.channel_created", _("{actor} 新增了通知渠道 {channel}"), title=_("新增通知渠道"))
    register_verb("messages.channel_changed", _("{actor} 修改了通知渠道 {channel}"), title=_("修改通知渠道"))
    register_verb("messages.channel_enabled", _("{actor} 启用了通知渠道 {channel}"), title=_("启用通知渠道"))
    register_verb("messages.channel_disabled", _("{actor} 停用了通知渠道 {channel}"), title=_("停用通知渠道"))
    register_verb("messages.channel_removed", _("{actor} 删除了通知渠道 {channel}"), title=_("删除通知渠道"))
    register_verb(
        "messages.channel_tested",
        _("{actor} 用通知渠道 {channel} 发了测试消息（结果 {outcome}）"),
        title=_("测试通知渠道"),
    )
    register_verb(
        "messages.channel_down",
        _("通知渠道 {channel} 不通，连续故障 {failures} 次"),
        title=_("通知渠道不通"),
    )
    register_verb("messages.channel_up", _("通知渠道 {channel} 恢复"), title=_("通知渠道恢复"))
    register_verb(
        "messages.letter_sent",
        _("{actor} 发送了通知 {subject_id}，收件 {recipients} 人，无渠道 {unreached} 人"),
        title=_("发送通知"),
    )
    register_verb("messages.notice_retried", _("{actor} 重发了通知 {subject_id}"), title=_("重发通知"))
    register_verb(
        "messages.notices_retried", _("{actor} 重发了 {count} 条失败的通知"), title=_("批量重发通知")
    )
    register_verb("messages.notice_given_up", _("{actor} 放弃发送通知 {subject_id}"), title=_("放弃通知"))
