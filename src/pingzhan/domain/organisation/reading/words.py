"""The words that notices use: roles, titles, bodies and family names."""

from __future__ import annotations

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Longest first: a label is read at the leftmost place where one of them fits.
_RANKS = ("第一", "常务", "执行", "联席", "双")
_HEADS = ("组长", "主任", "总指挥", "指挥长", "指挥", "召集人", "队长", "班长", "秘书长", "主任委员")
HEAD_ROLES = frozenset({*_HEADS, *(rank + head for rank in ("第一", "联席", "双") for head in _HEADS)})
_DEPUTIES = (
    "副组长",
    "副主任",
    "副总指挥",
    "副指挥长",
    "副指挥",
    "副召集人",
    "副队长",
    "副班长",
    "副秘书长",
    "副主任委员",
)
_MEMBERS = _words(
    """
    成员 组员 队员 委员 联络员 联系人 联络人 信息员 专家 顾问 政委 负责人 牵头人 牵头领导
    包保领导 分管领导 主要负责人 工作人员 替补 候补成员
    """
)
UNIT_ROLES = frozenset(
    {"成员单位", "牵头单位", "配合单位", "责任单位", "责任部门", "牵头部门", "配合部门", "协助单位"}
)
LIAISON_ROLES = frozenset({"联络员", "联系人", "联络人", "信息员", "办公室联络员"})
_OFFICES = ("办公室主任", "办公室副主任", "办公室常务副主任", "办公室成员", "办公室联络员")
ROLES: tuple[str, ...] = tuple(
    sorted(
        {
            *HEAD_ROLES,
            *_DEPUTIES,
            *_MEMBERS,
            *UNIT_ROLES,
            *_OFFICES,
            *(rank + role for rank in _RANKS for role in (*_HEADS, *_DEPUTIES)),
        },
        key=lambda role: (-len(role), role),
    )
)
#: Roles that need no colon after them at the start of a line: they are no official titles.
PLAIN_ROLES = frozenset(
    role
    for role in ROLES
    if role.endswith(("组长", "总指挥", "指挥长", "组员", "成员", "联络员", "单位", "部门"))
)

ROLE = "(?:" + "|".join(ROLES) + ")"
DUTY = "(?:(?:主要|工作|具体|基本)?(?:职责|职能|任务)(?:分工|任务|范围)?)"
_BODY_ENDS = _words(
    """
    领导小组办公室 指挥部办公室 领导小组 工作小组 工作组 工作专班 指挥部 指挥中心 指挥机构
    领导机构 专班 小组 办公室 委员会 中心 大队 组 队
    """
)
BODY_END = "(?:" + "|".join(_BODY_ENDS) + ")"
LIST_TAIL = "(?:组成人员名单|组成人员|成员名单|人员名单|人员组成|组成名单|名单|组成|成员)"
DUTY_VERB = re.compile(
    r"(?:主要)?(?:负责|承担|承办|牵头|协助|配合|完成|做好|组织|统筹|协调|指导|督促|落实|参与|制定|收集|汇总|开展|"
    r"提供|对接|宣传|排查|发布|处置|引导|实施|监督|检查|保障|建立|掌握|加强|定期|研究|传达|起草)(?!人|同志)"
)

_TITLE_ENDS = _words(
    """
    书记 主任 主席 委员 常委 经理 董事 监事 总监 总裁 秘书 干事 干部 科员 职员 专员 巡视员
    调研员 督导员 负责人 负责同志 责任人 工程师 会计师 会计 医师 医生 教师 主管 助理 顾问 参谋
    政委 指导员 教导员 民警 代表 理事 总工 成员 组员 工作人员 局长 部长 院长 校长 所长 处长 科长
    股长 站长 队长 镇长 乡长 县长 区长 市长 村长 董事长 理事长 会长 社长 馆长 台长 厂长 班长
    组长 行长 厅长 司长 秘书长 庭长 检察长 护士长 园长 总指挥 指挥长 网格员 联络员 人员 工会主席
    四级主任 同志 纪检员 组织员 审计师 律师 一把手 站员 司机 技术员 志愿者 领导
    """
)
TITLE_END = re.compile("(?:" + "|".join(sorted(_TITLE_ENDS, key=len, reverse=True)) + ")$")
TITLE_CHAR_END = re.compile(r"[长员]$")
UNIT_END = re.compile(
    r"(?:分局|支队|大队|中队|公司|集团|银行|学校|学院|医院|中心|政府|街道|社区|管委会|委员会|居委会|村委会|办公室|指挥部|"
    r"领导小组|工作组|专班|小组|机关|单位|部门|企业|厂|协会|法院|检察院|局|部|委|办|处|科|所|站|院|校|镇|乡|村|队|组|厅|"
    r"园区|开发区|团委|妇联|工会|公安|工商联|科协|残联)$"
)
UNIT_CHAR_END = re.compile(r"[局部办委处科所站院校镇乡厅厂]$")
CLASS_START = re.compile(r"(?:各|全体|所有|其他|其余|相关|有关|全部|机关全体|驻区|辖区)")
CLASS_END = re.compile(
    r"(?:责任人|负责人|负责同志|分管领导|主要领导|干部|工作人员|人员|员工|职工|同志|志愿者|队员|党员|代表|成员|民警|网格员|联络员)$"
)
#: Words that stand where a name would stand and name nobody.
NO_NAME = frozenset(
    _words(
        """
    待定 暂缺 空缺 同上 另定 另发 暂无 没有 不设 略去 名单 附后 如下 人员 单位 兼任 其他 以上
    以下 备注 电话 姓名 职务 序号 组别 角色 职责 手机 分工 待补 待补充 待明确 另行通知 另行公布
    见附件 同前 若干 若干名 暂定
    """
    )
)
REMARK = re.compile(r"^(?:兼|兼任|女|男|[一-鿿]{1,3}族|暂|代|挂职|轮值|牵头|常务|主持工作)$")

COMPOUND_SURNAMES = frozenset(
    _words(
        """
    万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于
    太叔 申屠 公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 司寇 颛孙 端木
    巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 呼延 羊舌 微生 梁丘
    左丘 东门 西门 南宫 第五 即墨 达奚 褚师 叱干 那拉
    """
    )
)
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚"
    "范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余"
    "元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻"
    "强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧"
    "隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰"
    "从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀"
    "郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧"
    "殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益"
    "桓公晋楚闫法汝鄢涂钦归海岳帅缑亢况有琴商牟佘佴伯赏墨哈谯笪年爱阳佟言福肖付代覃栗仝谌苟邸揭"
    "迟原旷雒苑战庹冼茆苌檀由么矫仵亓门芦隋药占银佀吾仉萨赫敬邝荚粟卿候戢蹇母信展操税衣初丛褟妥"
    "旦库青玄补撒洛奉圣首隽冮幺闪铁尧啜璐"
)

#: Characters that are forms of one another, or are easily taken for one another in a name.
VARIANTS: tuple[str, ...] = _words(
    """
    峰峯 群羣 杰傑 昇升陞 哲喆 堃坤 祐佑 邱丘 佘余 傅付 肖萧 阎闫 於于 锺钟鐘鍾 己已巳 未末 士土
    戊戌戍 侯候 晴睛 祎袆 炎焱 仙僊 泛汎 晰皙 暖煖 修脩 志誌 栋棟 国國 华華 强強彊 粱梁 璋漳
    琼瓊 莹瑩 凡几 仃汀 毛手 于干千 天夭 曰日 徽微 亳毫 芸云 淑椒 啟启 凯凱 亚亞 叶葉 丽麗 宝寶
    庆慶 龙龍 凤鳳 涛濤 飞飛 刘劉 张張 陈陳 赵趙 孙孫 杨楊 吴吳 郑鄭 马馬 伟偉 刚剛 军軍 东東
    兰蘭 红紅 荣榮
    """
)

#: Simplified radicals that a font may put in place of the character; Unicode normalisation leaves them alone.
RADICALS = {
    chr(int(pair[:4], 16)): pair[4:]
    for pair in _words(
        """
        2E81厂 2E8C小 2E9F母 2EA0民 2EA7牛 2EB6羊 2EC1虎 2EC4西 2EC5见 2EC6角 2EC9贝 2ECB车 2ED3长
        2ED4门 2ED8青 2ED9韦 2EDA页 2EDB风 2EDC飞 2EDD食 2EE2马 2EE5鱼 2EE6鸟 2EE7卤 2EE8麦 2EE9黄
        2EEA黾 2EEC齐 2EEE齿 2EF0龙 2EF3龟
        """
    )
}
