"""Invented names, numbers and phones of demo workers. Nothing here can be a living person.

Names are drawn from common surnames and common characters; birth dates lie between 1850 and 1899; phones begin
with 154, which no carrier gives to people.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from pingzhan.kernel.idnumber import check_character

SURNAMES = (
    "赵钱周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌"
    "苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹"
)
"""The first are drawn most often: a few surnames make up most of a crowd."""
MEN = "伟强军洋勇杰涛超明刚辉波宁斌宇浩凯健俊帆雷锋旭亮峰晨龙飞诚林阳岩松柏泽川江河海山"
WOMEN = "芳娜敏静秀娟霞燕玲桂英梅莉兰珍凤琴云莲香月莺媛艳瑞凡佳嘉琼勤珠翠雅芝玉萍红娥雪荣爱妹"
BOTH = "文华平安宁子一清晓思雨欣然悦心怡新春秋冬青石田禾木水火土金星辰光天乐和"
FAR = (
    "阿依努尔",
    "古丽米热",
    "买买提",
    "艾力",
    "帕提古丽",
    "次仁卓玛",
    "扎西顿珠",
    "巴特尔",
    "其木格",
    "乌兰",
)

REGIONS = (
    "371621", "371622", "371623", "371625", "371626", "370321", "370322", "370323", "370522", "370523",
    "371423", "371424", "371428", "410425", "410922", "411122", "130924", "130925", "341221", "341222",
    "341621", "341623", "510722", "511322", "520221", "522635", "530421", "620523", "622823", "654101",
)  # fmt: skip
FIRST_BIRTH = date(1850, 1, 1)
DAYS = 18_262
"""Days from 1850 to the end of 1899."""
_STREETS = ("民安街", "广场北路", "柳园巷", "桥头村", "河东村", "南关街", "振兴小区", "幸福里", "东湖花园")


def name_of(rng: Random, *, male: bool) -> str:
    """Return an invented name."""
    if rng.random() < 0.003:
        return f"{rng.choice(FAR)}·{rng.choice(FAR)}"
    # The square of a uniform number prefers the beginning of the list.
    surname = SURNAMES[int(len(SURNAMES) * rng.random() ** 2)]
    pool = (MEN if male else WOMEN) + BOTH
    given = rng.choice(pool)
    if rng.random() < 0.72:
        given += rng.choice(pool)
    return surname + given


def number_of(rng: Random, n: int, *, male: bool, salt: int) -> str:
    """Return the identity number of the n'th worker; different for every n below 9,000,000."""
    # 7919 has no factor in common with DAYS, so every day comes once before one comes again.
    birth = FIRST_BIRTH + timedelta(days=(n * 7_919 + salt) % DAYS)
    digits = f"{rng.choice(REGIONS)}{birth:%Y%m%d}{2 * (n // DAYS) + male:03d}"
    return digits + check_character(digits)


def phone_of(n: int, *, salt: int) -> str:
    """Return the phone of the n'th worker; different for every n below 100,000,000."""
    return f"154{(n * 48_271 + salt * 7) % 100_000_000:08d}"


def address_of(rng: Random) -> str:
    """Return an invented address."""
    return f"{rng.choice(_STREETS)} {rng.randint(1, 320)} 号"


def mistyped(rng: Random, number: str) -> str:
    """Return the number as a clerk may have typed it: two neighbouring digits of the sequence exchanged or one
    digit of the region wrong, with the check character that then fits."""
    at = rng.randrange(2, 6)
    wrong = str((int(number[at]) + rng.randint(1, 9)) % 10)
    digits = number[:at] + wrong + number[at + 1 : 17]
    return digits + check_character(digits)
