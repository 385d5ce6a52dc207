"""Choices of the people module."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """Which document proves who somebody is."""

    ID_CARD = "id_card", _("居民身份证")
    RESIDENCE = "residence", _("港澳台居民居住证")
    MAINLAND_PERMIT = "permit", _("来往内地（大陆）通行证")
    FOREIGN_RESIDENCE = "foreign", _("外国人永久居留身份证")
    PASSPORT = "passport", _("护照")
    OTHER = "other", _("其他证件")


class Sex(models.TextChoices):
    """Sex as the document states it; unknown where the document was not read."""

    MALE = "m", _("男")
    FEMALE = "f", _("女")
    UNKNOWN = "", _("未登记")


class EmploymentKind(models.TextChoices):
    """On what terms somebody works at an enterprise."""

    OWN = "own", _("本企业职工")
    DISPATCHED = "dispatched", _("劳务派遣")
    INTERN = "intern", _("实习")


class LeaveReason(models.TextChoices):
    """Why an employment ended; a choice and no free text, so that nothing personal is written here."""

    RESIGNED = "resigned", _("辞职")
    EXPIRED = "expired", _("合同期满")
    DISMISSED = "dismissed", _("解除合同")
    RETIRED = "retired", _("退休")
    MISTAKE = "mistake", _("登记有误")
    OTHER = "other", _("其他")


class MergeReason(models.TextChoices):
    """Why two records are of one person; a choice, since the trail holds nothing personal."""

    TYPING = "typing", _("证件号码录入有误")
    RENEWED = "renewed", _("换了证件")
    TWO_KINDS = "two_kinds", _("用不同证件登记过")
    OTHER = "other", _("经本人或企业核实")


class KeyGroup(models.TextChoices):
    """重点人群: groups tested more often than others.

    The list follows the frequency tables of Zibo (Shandong) and Jinhua, 2022, and the ninth prevention plan;
    how often each is tested is a measure and belongs to another module. Keys are stored, so they never change.
    """

    COLD_CHAIN = "cold_chain", _("进口冷链")
    IMPORTED = "imported", _("进口非冷链")
    DRIVER = "driver", _("货车司机")
    LOADER = "loader", _("装卸搬运")
    CLEANER = "cleaner", _("保洁")
    GATE = "gate", _("门岗保安")
    CANTEEN = "canteen", _("食堂")
    SALES = "sales", _("销售采购")
    EXPRESS = "express", _("快递收发")
    DORMITORY = "dormitory", _("宿舍管理")
    ISOLATION = "isolation", _("隔离场所")
    OVERSEAS = "overseas", _("境外物料加工")
