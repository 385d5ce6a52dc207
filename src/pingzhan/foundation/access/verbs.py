"""How the trail tells of accounts and roles."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.roles import ROLES, Role
from pingzhan.foundation.access.signins import way_words
from pingzhan.foundation.accounts.factors import KINDS
from pingzhan.foundation.audit import register_verb, register_words


def register() -> None:
    """Register the sentences; called once when the application is ready."""
    register_words("role", _role_words)
    register_words("way", _way_words)
    register_verb("account.signed_in", _("{actor} 登录（{way}）"), title=_("登录"))
    register_verb("account.signed_out", _("{actor} 退出登录"), title=_("退出登录"))
    register_verb("account.sign_in_failed", _("登录失败，账号 {subject_id}"), title=_("登录失败"))
    register_verb("account.set_up", _("{actor} 用首次设置链接开设了系统管理员账号"), title=_("首次设置"))
    register_verb("account.opened", _("{actor} 开设了账号 {subject_id}"), title=_("开设账号"))
    register_verb("account.enabled", _("{actor} 启用了账号 {subject_id}"), title=_("启用账号"))
    register_verb("account.disabled", _("{actor} 停用了账号 {subject_id}"), title=_("停用账号"))
    register_verb(
        "account.link_issued",
        _("{actor} 给账号 {subject_id} 发放了设置密码的链接"),
        title=_("发放设置密码的链接"),
    )
    register_words("factor", _factor_words)
    register_verb("account.factor_added", _("{actor} 添加了第二因素：{factor}"), title=_("添加第二因素"))
    register_verb("account.factor_removed", _("{actor} 移除了第二因素：{factor}"), title=_("移除第二因素"))
    register_verb(
        "account.factor_reset",
        _("{actor} 重置了账号 {subject_id} 的第二因素（{count} 个）"),
        title=_("重置第二因素"),
    )
    register_verb("account.unlocked", _("{actor} 解锁了账号 {subject_id}"), title=_("解锁账号"))
    register_verb("account.session_ended", _("{actor} 结束了自己的一个登录"), title=_("结束登录"))
    register_verb(
        "account.sessions_ended", _("{actor} 结束了自己的其他登录（{count} 个）"), title=_("结束其他登录")
    )
    register_verb("account.password_set", _("{actor} 用链接设置了密码"), title=_("用链接设置密码"))
    register_verb("account.password_changed", _("{actor} 修改了密码"), title=_("修改密码"))
    register_verb(
        "option.changed", _("{actor} 把系统设置 {subject_id} 改为 {value}"), title=_("修改系统设置")
    )
    register_verb("invitation.proposed", _("{actor} 提出邀请 {subject_id}，角色 {role}"), title=_("提出邀请"))
    register_verb("invitation.approved", _("{actor} 同意邀请 {subject_id}，角色 {role}"), title=_("同意邀请"))
    register_verb("invitation.issued", _("{actor} 发放了邀请 {subject_id} 的链接"), title=_("发放邀请链接"))
    register_verb("invitation.withdrawn", _("{actor} 撤回了邀请 {subject_id}"), title=_("撤回邀请"))
    register_verb(
        "invitation.accepted",
        _("{actor} 接受邀请 {subject_id}，开设了账号 {account}，角色 {role}"),
        title=_("接受邀请"),
    )
    register_verb("device.issued", _("{actor} 发放了设备 {subject_id}，有效 {days} 天"), title=_("发放设备"))
    register_verb(
        "device.book", _("{actor} 建立了纸质登记表（编号 {subject_id}）"), title=_("建立纸质登记表")
    )
    register_verb("device.renewed", _("{actor} 给设备 {subject_id} 换了登记码"), title=_("更换登记码"))
    register_verb("device.enrolled", _("设备 {actor} 完成登记"), title=_("设备登记"))
    register_verb("device.revoked", _("{actor} 停用了设备 {subject_id}"), title=_("停用设备"))
    register_verb("access.granted", _("{actor} 给账号 {subject_id} 授予角色 {role}"), title=_("授予角色"))
    register_verb("access.revoked", _("{actor} 收回账号 {subject_id} 的角色 {role}"), title=_("收回角色"))


def _role_words(key: object) -> str:
    return str(ROLES[Role(str(key))].label) if str(key) in set(Role) else str(key)


def _way_words(key: object) -> str:
    return way_words(str(key))


def _factor_words(key: object) -> str:
    return str(KINDS.get(str(key), key))
