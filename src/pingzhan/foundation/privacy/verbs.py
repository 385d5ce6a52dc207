"""How the trail tells of personal data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_verb(
        "privacy.master_rotated",
        _("{actor} 更换了主密钥，在用 {key}，已销毁 {retired}"),
        title=_("更换主密钥"),
    )
    register_verb(
        "privacy.lookup_rotated",
        _("{actor} 更换了查找密钥，在用 {key}，重新计算 {count} 行"),
        title=_("更换查找密钥"),
    )
    register_verb(
        "privacy.revealed",
        _("{actor} 查看了完整的个人信息（{subject_kind} {subject_id}，{fields}），事由：{reason}"),
        title=_("查看完整个人信息"),
        reads=True,
    )
    register_verb(
        "privacy.reveal_limited",
        _("{actor} 查看个人信息次数过多，已被拒绝（一小时内 {count} 次）"),
        title=_("查看次数过多被拒绝"),
        reads=True,
    )
    register_verb(
        "privacy.held_viewed",
        _("{actor} 查看了存有一个人的哪些信息（人员编号 {subject_id}）"),
        title=_("查看存有哪些信息"),
        reads=True,
    )
    register_verb(
        "privacy.erasure_proposed",
        _("{actor} 拟订了销毁 {subject_id}（{scope}，{count} 人）"),
        title=_("拟订销毁"),
    )
    register_verb("privacy.erasure_approved", _("{actor} 批准了销毁 {subject_id}"), title=_("批准销毁"))
    register_verb("privacy.erasure_rejected", _("{actor} 没有批准销毁 {subject_id}"), title=_("不批准销毁"))
    register_verb("privacy.erasure_withdrawn", _("{actor} 撤回了销毁 {subject_id}"), title=_("撤回销毁"))
    register_verb("privacy.erasure_started", _("{actor} 开始执行销毁 {subject_id}"), title=_("开始销毁"))
    register_verb(
        "privacy.erased",
        _(
            "销毁 {subject_id} 执行完毕：{subjects} 人，覆盖 {rows} 行，"
            "销毁上传和导出的文件 {files} 份，记录书校验值 {sha}"
        ),
        title=_("销毁完成"),
    )
    register_verb(
        "privacy.retention_ran",
        _("到期清理：{counts}"),
        title=_("到期清理"),
    )
    register_verb(
        "privacy.days_changed",
        _("{actor} 把保存期限 {subject_id} 改为 {days} 天"),
        title=_("修改保存期限"),
    )
