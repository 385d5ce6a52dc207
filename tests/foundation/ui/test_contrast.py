"""The colours of tokens.css keep WCAG 2.2 contrast where they meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parents[3] / "web" / "src" / "styles"
TOKENS = dict(re.findall(r"--pz-([\w-]+):\s*(#[0-9a-f]{6});", (STYLES / "tokens.css").read_text()))

TEXT = [
    ("text", "page"), ("text", "card"), ("text", "head"), ("muted", "page"), ("muted", "card"),
    ("muted", "head"),
    ("primary", "card"), ("primary", "page"), ("primary", "primary-soft"), ("primary-dark", "card"),
    ("ok", "ok-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("info", "info-soft"),
    ("idle", "idle-soft"),
    ("ok", "card"), ("warn", "card"), ("bad", "card"), ("drill", "drill-soft"),
    ("emergency", "emergency-soft"), ("emergency-dark", "card"), ("text", "emergency-soft"),
    ("routine", "card"),
]  # fmt: skip
ON_COLOUR = ["primary", "primary-dark", "routine", "emergency", "emergency-dark", "drill"]


def luminance(colour: str) -> float:
    def channel(at: int) -> float:
        value = int(colour[at : at + 2], 16) / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_reads_at_4_5_to_1(ink: str, ground: str) -> None:
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ON_COLOUR)
def test_white_reads_on_our_colours(ground: str) -> None:
    assert contrast("#ffffff", TOKENS[ground]) >= 4.5


def test_control_borders_stand_out_at_3_to_1() -> None:
    assert contrast(TOKENS["line-strong"], TOKENS["card"]) >= 3


def test_the_postures_keep_the_agreed_colours() -> None:
    assert (TOKENS["routine"], TOKENS["emergency"]) == ("#0f5132", "#a4161a")
