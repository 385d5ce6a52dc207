"""What the trail says of each change of the roster; persons by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, template, title in (
        ("roster.generate", _("{actor} 编排了值班表草稿：{shifts} 个班，{empty} 个无人"), _("编排值班表")),
        ("roster.assign", _("{actor} 修改了值班表草稿 {subject_id} 的班次 {shifts}"), _("修改值班表草稿")),
        ("roster.discard", _("{actor} 放弃了值班表草稿（编号 {subject_id}）"), _("放弃值班表草稿")),
        (
            "roster.publish",
            _("{actor} 发布了值班表：{shifts} 个班，{empty} 个无人，替换 {replaced} 个"),
            _("发布值班表"),
        ),
        (
            "roster.substitute",
            _("{actor} 把班次 {subject_id} 由人员 {before} 改为人员 {after}"),
            _("办理替班"),
        ),
        ("roster.add_shift", _("{actor} 临时增加班次 {subject_id}，人员 {person}"), _("增加班次")),
        ("roster.cancel_shift", _("{actor} 取消了班次 {subject_id}"), _("取消班次")),
        ("roster.import", _("{actor} 从表格导入了 {count} 个班次"), _("导入值班表")),
        ("roster.swap_ask", _("{actor} 就班次 {shift} 请人员 {asked} 换班"), _("申请换班")),
        ("roster.swap_agree", _("{actor} 同意换班（申请 {subject_id}）"), _("同意换班")),
        ("roster.swap_decline", _("{actor} 不同意换班（申请 {subject_id}）"), _("不同意换班")),
        ("roster.swap_refuse", _("{actor} 没有批准换班（申请 {subject_id}）"), _("不批准换班")),
        ("roster.swap_withdraw", _("{actor} 撤回了换班申请 {subject_id}"), _("撤回换班申请")),
        (
            "roster.swap",
            _("{actor} 办理换班：人员 {asker} 与人员 {asked}，班次 {shift}、{other}"),
            _("换班"),
        ),
        ("roster.pool_add", _("{actor} 把人员 {subject_id} 加入轮值名单"), _("加入轮值名单")),
        ("roster.pool_remove", _("{actor} 把人员 {subject_id} 移出轮值名单"), _("移出轮值名单")),
        ("roster.pool_move", _("{actor} 调整了人员 {subject_id} 的轮值次序"), _("调整轮值次序")),
        ("roster.handover_open", _("{actor} 开立了交接班记录 {subject_id}"), _("开立交接班记录")),
        (
            "roster.handover_write",
            _("{actor} 填写了交接班记录 {subject_id}，待办 {open} 项"),
            _("填写交接班记录"),
        ),
        ("roster.handover_sign", _("{actor} 签收了交接班记录 {subject_id}"), _("签收交接班")),
        (
            "roster.handover_countersign",
            _("{actor} 作为带班领导在交接班记录 {subject_id} 上签字"),
            _("带班领导签字"),
        ),
        (
            "roster.handover_refresh",
            _("{actor} 更新了交接班记录 {subject_id} 的事项，新增 {added} 项"),
            _("更新交接事项"),
        ),
        ("roster.holiday_set", _("{actor} 登记了 {day} 的放假安排"), _("登记放假安排")),
        ("roster.holiday_remove", _("{actor} 撤销了 {day} 的放假安排"), _("撤销放假安排")),
        ("roster.holidays_import", _("{actor} 从表格导入了 {count} 天放假安排"), _("导入放假安排")),
        ("roster.feed_make", _("{actor} 生成了自己的值班日历订阅地址"), _("生成日历订阅")),
        ("roster.feed_end", _("{actor} 停用了自己的值班日历订阅地址"), _("停用日历订阅")),
    ):
        register_verb(verb, template, title=title)
