"""Province level of the national region codes (GB/T 2260), the first two digits of identity numbers."""

from __future__ import annotations

#: Code and name of the 34 provincial divisions. The level is stable since 1997 (Chongqing), while county
#: codes changed hundreds of times and old identity numbers keep the old ones, so a finer table would only
#: produce false warnings.
PROVINCES: dict[str, str] = {
    "11": "北京市",
    "12": "天津市",
    "13": "河北省",
    "14": "山西省",
    "15": "内蒙古自治区",
    "21": "辽宁省",
    "22": "吉林省",
    "23": "黑龙江省",
    "31": "上海市",
    "32": "江苏省",
    "33": "浙江省",
    "34": "安徽省",
    "35": "福建省",
    "36": "江西省",
    "37": "山东省",
    "41": "河南省",
    "42": "湖北省",
    "43": "湖南省",
    "44": "广东省",
    "45": "广西壮族自治区",
    "46": "海南省",
    "50": "重庆市",
    "51": "四川省",
    "52": "贵州省",
    "53": "云南省",
    "54": "西藏自治区",
    "61": "陕西省",
    "62": "甘肃省",
    "63": "青海省",
    "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区",
    "71": "台湾省",
    "81": "香港特别行政区",
    "82": "澳门特别行政区",
}

#: Residence permits of Taiwan residents carry 83, permanent residence cards of foreigners (since 2023) a
#: leading 9; both are 18-character numbers with the same check character.
PERMIT_PREFIXES = ("83", "9")


def province_of(code: str) -> str | None:
    """Return the province of a region code or an identity number, None when its first digits name none."""
    return PROVINCES.get(code[:2])


def is_known(code: str) -> bool:
    """Return whether the code starts with a province or with the prefix of a residence permit."""
    return code[:2] in PROVINCES or code.startswith(PERMIT_PREFIXES)
