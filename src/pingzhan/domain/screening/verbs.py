"""What the trail says of each change of testing rounds. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("screening.rounds_made", _("{actor} 建立了 {count} 个检测轮次"), _("建立检测轮次")),
        (
            "screening.counted",
            _("{actor} 核定了检测轮次（编号 {subject_id}）的应采人数：{due} 人"),
            _("核定应采人数"),
        ),
        (
            "screening.plan_asked",
            _("{actor} 编制检测计划（编号 {subject_id}）第 {number} 版"),
            _("编制检测计划"),
        ),
        (
            "screening.plan_again",
            _("{actor} 按发生的情况重新编排检测计划（编号 {subject_id}），这是第 {number} 版"),
            _("重新编排检测计划"),
        ),
        ("screening.plan_ready", _("检测计划（编号 {subject_id}）第 {number} 版已算好"), _("检测计划算好")),
        (
            "screening.plan_failed",
            _("检测计划（编号 {subject_id}）第 {number} 版不能采用"),
            _("检测计划不可用"),
        ),
        (
            "screening.adopted",
            _("{actor} 采用了检测计划（编号 {subject_id}）：{slots} 个时段"),
            _("采用检测计划"),
        ),
        (
            "screening.probe",
            _("{actor} 登记了一次愿检或抽检（采样管编号 {subject_id}）"),
            _("登记愿检和抽检"),
        ),
        ("screening.probe_list", _("{actor} 按名单登记了 {count} 次愿检或抽检"), _("按名单登记愿检和抽检")),
        ("screening.started", _("{actor} 开始了检测轮次（编号 {subject_id}）的采样"), _("开始采样")),
        ("screening.closed", _("{actor} 结束了检测轮次（编号 {subject_id}）"), _("结束检测轮次")),
        ("screening.cancelled", _("{actor} 取消了检测轮次（编号 {subject_id}）"), _("取消检测轮次")),
        ("screening.team_saved", _("{actor} 登记了采样队（编号 {subject_id}）"), _("登记采样队")),
        (
            "screening.member_added",
            _("{actor} 在采样队（编号 {subject_id}）中增加了一名成员"),
            _("采样队增加成员"),
        ),
        (
            "screening.member_ended",
            _("{actor} 结束了采样队（编号 {subject_id}）一名成员的工作"),
            _("采样队减少成员"),
        ),
        ("screening.laboratory_saved", _("{actor} 登记了实验室（编号 {subject_id}）"), _("登记实验室")),
        ("screening.exempted", _("{actor} 登记了暂不采样（编号 {subject_id}）"), _("登记暂不采样")),
        (
            "screening.exemption_withdrawn",
            _("{actor} 撤销了暂不采样（编号 {subject_id}）"),
            _("撤销暂不采样"),
        ),
        (
            "screening.phone_assigned",
            _("{actor} 把采样手机（编号 {subject_id}）分给采样队（编号 {team}）"),
            _("分配采样手机"),
        ),
        ("screening.roster_read", _("采样手机 {actor} 取用了 {persons} 人的名单"), _("采样手机取用名单")),
        (
            "screening.received",
            _("{actor} 接收了 {tubes} 管，其中暂扣 {held} 管，另有 {unknown} 个管码未知"),
            _("接收采样管"),
        ),
        (
            "screening.paper",
            _("{actor} 补录了检测轮次（编号 {subject_id}）的纸质记录：{stored} 人，未采用 {refused} 人"),
            _("补录纸质采样记录"),
        ),
        ("screening.box_given", _("{actor} 交出了样本箱（编号 {subject_id}）"), _("交出样本箱")),
        ("screening.box_taken", _("{actor} 登记了样本箱（编号 {subject_id}）的接收签字"), _("接收样本箱")),
        ("screening.conflict_settled", _("{actor} 处理了采样疑问（编号 {subject_id}）"), _("处理采样疑问")),
        (
            "screening.key_bound",
            _("{actor} 把实验室接口（编号 {subject_id}）分给实验室（编号 {laboratory}）"),
            _("分配实验室接口"),
        ),
        (
            "screening.tube_read",
            _("实验室接口 {actor} 读取了采样管（编号 {subject_id}），管内 {swabs} 份样本"),
            _("实验室读取采样管"),
        ),
        ("screening.key_freed", _("{actor} 收回了实验室接口（编号 {subject_id}）"), _("收回实验室接口")),
        (
            "screening.results",
            _("{actor} 录入了 {stored} 管的结果，其中更正 {corrected} 管；另有 {refused} 管未采用"),
            _("录入检测结果"),
        ),
        (
            "screening.chase_read",
            _("{actor} 查看了 {persons} 名未采样职工的名单"),
            _("查看未采样名单"),
        ),
        ("screening.own_code_used", _("用短信验证码查询了本人结果（编号 {subject_id}）"), _("验证码查询")),
        ("screening.own_key_issued", _("发放了本人查询码（编号 {subject_id}）"), _("发放本人查询码")),
        ("screening.own_read", _("{actor}：{reads} 次查看检测结果"), _("本人查询结果")),
        (
            "screening.pursuit_opened",
            _("{actor} 开始追阳（编号 {subject_id}）：{persons} 人管控"),
            _("开始混管追阳"),
        ),
        (
            "screening.pursuit_controlled",
            _("{actor} 登记追阳（编号 {subject_id}）已全部管控"),
            _("登记全部管控"),
        ),
        ("screening.pursuit_reported", _("{actor} 登记追阳（编号 {subject_id}）已上报"), _("登记已上报")),
        ("screening.pursuit_closed", _("{actor} 结束了追阳（编号 {subject_id}）"), _("结束混管追阳")),
        (
            "screening.hold_released",
            _("{actor} 在追阳（编号 {subject_id}）中解除了一人的管控（编号 {hold}）"),
            _("解除管控"),
        ),
        (
            "screening.proposal_decided",
            _("{actor} 对转换建议（编号 {subject_id}）作出了决定"),
            _("决定转换建议"),
        ),
        ("screening.synced", _("采样手机 {actor} 上传了 {stored} 条采样记录"), _("上传采样记录")),
    ):
        register_verb(verb, text, title=title)
