"""What the trail says of each change of the structure and its people; persons by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    register_verb(
        "structure.import_notice",
        _(
            "{actor} 读入通知，生成第 {n} 版草稿：名单条目 {entries} 条，问题 {findings} 个，未读懂 {unread} 处"
        ),
        title=_("读入通知"),
    )
    register_verb("structure.create_draft", _("{actor} 新建第 {n} 版空白草稿"), title=_("新建空白草稿"))
    register_verb("structure.change_draft", _("{actor} 修改第 {n} 版的标题或依据"), title=_("修改标题和依据"))
    register_verb(
        "structure.clone_version", _("{actor} 以第 {base} 版新建第 {n} 版草稿"), title=_("新建下一版")
    )
    register_verb("structure.discard_draft", _("{actor} 删除第 {n} 版草稿"), title=_("删除草稿"))
    register_verb(
        "structure.publish",
        _("{actor} 发布第 {n} 版组织架构，豁免问题 {waived} 个，校验值 {sha256}"),
        title=_("发布组织架构"),
    )
    _editing()
    _answering()
    register_verb("person.add", _("{actor} 登记新人员（编号 {subject_id}）"), title=_("登记新人员"))
    register_verb("person.change", _("{actor} 修改人员资料（编号 {subject_id}）"), title=_("修改人员资料"))
    register_verb(
        "person.link_account", _("{actor} 把账号 {user} 对应到人员 {subject_id}"), title=_("账号对应人员")
    )
    register_verb(
        "person.add_contact", _("{actor} 登记了联系方式（人员 {subject_id}）"), title=_("登记联系方式")
    )
    register_verb(
        "person.add_contacts", _("{actor} 批量登记了 {count} 个联系方式"), title=_("批量登记联系方式")
    )
    register_verb(
        "person.remove_contact", _("{actor} 删除了联系方式（人员 {subject_id}）"), title=_("删除联系方式")
    )
    register_verb(
        "person.verify_contact", _("{actor} 核实了联系方式（人员 {subject_id}）"), title=_("核实联系方式")
    )
    register_verb("absence.register", _("{actor} 登记离岗（人员 {subject_id}）"), title=_("登记离岗"))
    register_verb("absence.cancel", _("{actor} 取消离岗登记（人员 {subject_id}）"), title=_("取消离岗登记"))
    register_verb(
        "responsibility.set",
        _("{actor} 指定人员 {person} 为单位 {subject_id} 的责任人"),
        title=_("指定责任人"),
    )
    register_verb(
        "responsibility.set_many",
        _("{actor} 一次调整 {enterprises} 家企业的责任人，共 {lines} 处，涉及 {persons} 人"),
        title=_("批量指定责任人"),
    )


def _editing() -> None:
    register_verb("structure.add_group", _("{actor} 在第 {n} 版增加工作组 {group}"), title=_("增加工作组"))
    register_verb(
        "structure.rename_group", _("{actor} 在第 {n} 版给工作组 {group} 改名"), title=_("工作组改名")
    )
    register_verb("structure.remove_group", _("{actor} 在第 {n} 版撤销工作组 {group}"), title=_("撤销工作组"))
    register_verb("structure.add_post", _("{actor} 在第 {n} 版增加岗位 {post}"), title=_("增加岗位"))
    register_verb("structure.change_post", _("{actor} 在第 {n} 版修改岗位 {post}"), title=_("修改岗位"))
    register_verb("structure.remove_post", _("{actor} 在第 {n} 版删除岗位 {post}"), title=_("删除岗位"))
    register_verb(
        "structure.add_holding", _("{actor} 在第 {n} 版给岗位 {post} 安排人员 {person}"), title=_("安排人员")
    )
    register_verb(
        "structure.replace_holder",
        _("{actor} 在第 {n} 版把岗位 {post} 换为人员 {person}"),
        title=_("更换任职人员"),
    )
    register_verb(
        "structure.remove_holding", _("{actor} 在第 {n} 版移除岗位 {post} 的人员"), title=_("移除人员")
    )
    register_verb(
        "structure.add_clause",
        _("{actor} 在第 {n} 版给工作组 {group} 增加职责第 {clause} 条"),
        title=_("增加职责"),
    )
    register_verb(
        "structure.change_clause",
        _("{actor} 在第 {n} 版修改工作组 {group} 的职责第 {clause} 条"),
        title=_("修改职责"),
    )
    register_verb(
        "structure.remove_clause",
        _("{actor} 在第 {n} 版删去工作组 {group} 的职责第 {clause} 条"),
        title=_("删去职责"),
    )
    register_verb(
        "structure.add_enterprise_posts",
        _("{actor} 在第 {n} 版按企业指南生成 {posts} 个企业岗位"),
        title=_("生成企业岗位"),
    )
    register_verb(
        "structure.fill_posts",
        _("{actor} 在第 {n} 版一次为 {posts} 个岗位指定人员"),
        title=_("批量指定人员"),
    )


def _answering() -> None:
    register_verb(
        "structure.resolve_same_name",
        _("{actor} 答复第 {n} 版的同名问题 {finding}：共 {persons} 人"),
        title=_("答复同名问题"),
    )
    register_verb(
        "structure.resolve_similar",
        _("{actor} 答复第 {n} 版的姓名相近问题 {finding}"),
        title=_("答复姓名相近问题"),
    )
    register_verb(
        "structure.choose_person",
        _("{actor} 在第 {n} 版选定问题 {finding} 所指的人员 {person}"),
        title=_("选定同名人员"),
    )
    register_verb(
        "structure.resolve_class",
        _("{actor} 答复第 {n} 版的人员类别问题 {finding}：规则 {rules} 条，指定 {named} 人"),
        title=_("明确人员类别"),
    )
    register_verb(
        "structure.resolve_substitute",
        _("{actor} 在第 {n} 版指定人员 {person} 为岗位 {post} 的替补"),
        title=_("指定替补"),
    )
    register_verb(
        "structure.deputies_stand_in",
        _("{actor} 在第 {n} 版由各组副组长替补组长，共 {ranks} 处"),
        title=_("副组长替补组长"),
    )
    register_verb("structure.waive", _("{actor} 豁免第 {n} 版的问题 {finding}"), title=_("豁免问题"))
