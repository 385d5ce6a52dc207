"""Choices of the supplies module. Keys are stored, so they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MoveKind(models.TextChoices):
    """Why an amount changed."""

    RECEIVED = "received", _("入库")
    USED = "used", _("领用")
    DISCARDED = "discarded", _("报废")
    LENT = "lent", _("借出或上交")
    RETURNED = "returned", _("归还")
    COUNTED = "counted", _("盘点差异")


COMING = (MoveKind.RECEIVED, MoveKind.RETURNED)
GOING = (MoveKind.USED, MoveKind.DISCARDED, MoveKind.LENT)


class CheckKind(models.TextChoices):
    """How the stock was checked: counted batch by batch, or looked over and found as the book says."""

    COUNTED = "counted", _("逐项盘点")
    SAME = "same", _("账实相符")


class OrderState(models.TextChoices):
    """Where a purchase stands. ``received`` and ``cancelled`` are final."""

    DRAFT = "draft", _("待下单")
    ORDERED = "ordered", _("已下单")
    RECEIVED = "received", _("已到货")
    CANCELLED = "cancelled", _("已取消")


class Light(models.TextChoices):
    """How an article stands, the gravest first."""

    SHORT = "short", _("数量不足")
    EXPIRED = "expired", _("有过期物资")
    SOON = "soon", _("临近到期")
    OK = "ok", _("充足")
    NONE = "none", _("不作要求")
