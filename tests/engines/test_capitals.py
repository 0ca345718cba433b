"""Chinese capital amounts: the rule's own examples, the hard zeros, and every amount read back (C142)."""

import random

import pytest

from gongying.engines.capitals import DIGITS, MOST, PLACES, capitals

# 支付结算办法, annex 1, article 5: its examples, in the first of the spellings it allows.
OFFICIAL = {
    1409_50: "壹仟肆佰零玖元伍角",
    6007_14: "陆仟零柒元壹角肆分",
    1680_32: "壹仟陆佰捌拾元零叁角贰分",
    107000_53: "壹拾万柒仟元零伍角叁分",
    16409_02: "壹万陆仟肆佰零玖元零贰分",
    325_04: "叁佰贰拾伍元零肆分",
}
HARD = {
    0: "零元整",
    1: "壹分",
    10: "壹角",
    53: "伍角叁分",
    15_00: "壹拾伍元整",
    10_50: "壹拾元零伍角",
    100_05: "壹佰元零伍分",
    1_0000_00: "壹万元整",
    1_0010_00: "壹万零壹拾元整",
    10_0001_00: "壹拾万零壹元整",
    10_1000_00: "壹拾万壹仟元整",
    1_0000_0001_00: "壹亿零壹元整",
    1_0000_5000_00: "壹亿零伍仟元整",
    1_0010_0000_00: "壹亿零壹拾万元整",
    1_0000_0000_0000_00: "壹万亿元整",
    1_0001_0000_0000_00: "壹万零壹亿元整",
    2_0300_0040_0005_06: "贰万零叁佰亿零肆拾万零伍元零陆分",
    -123_45: "负壹佰贰拾叁元肆角伍分",
}


@pytest.mark.parametrize(("fen", "text"), [*OFFICIAL.items(), *HARD.items()])
def test_an_amount_is_written_as_the_rule_says(fen, text):
    assert capitals(fen) == text


def read(text):
    """Capitals back to fen, knowing nothing of how they were written."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in PLACES[1:]:
            section, digit = section + digit * 10 ** PLACES.index(char), 0
        elif char == "万":
            section, digit = (section + digit) * 10**4, 0
        elif char == "亿":
            total, section, digit = total + (section + digit) * 10**8, 0, 0
        elif char == "元":
            total, section, digit = (total + section + digit) * 100, 0, 0
        elif char in "角分":
            total, digit = total + digit * (10 if char == "角" else 1), 0
    return sign * total


def test_any_amount_reads_back():
    chance = random.Random(7)  # noqa: S311 - amounts, not secrets
    for length in range(1, 19):
        for _ in range(400):
            fen = chance.randrange(10**length) * chance.choice((1, -1)) // 10 ** chance.randrange(length)
            text = capitals(fen)
            assert read(text) == fen, (fen, text)
            assert "零零" not in text
            assert not text.endswith("零")


def test_there_is_an_end():
    assert capitals(MOST * 100 - 1).startswith("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")
    with pytest.raises(ValueError, match="16"):
        capitals(MOST * 100)
