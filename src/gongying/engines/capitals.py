"""Amounts of money in Chinese capital figures (大写), as papers that are paid on must carry them.

Source: 《票据法》 article 8 (figures and capitals must agree) and the annex of 《支付结算办法》 "正确填写票据和结算凭证的基本规定":
zeros between digits are read as one 零; a sum that ends at 元 closes with 整, one that ends at 角 or 分 does not; 十 is
written 壹拾. Where the rule leaves 零 free (yuan digit 0 before 角) its first spelling is taken.

>>> capitals(1680_32), capitals(107_000_53), capitals(16_409_02)
('壹仟陆佰捌拾元零叁角贰分', '壹拾万柒仟元零伍角叁分', '壹万陆仟肆佰零玖元零贰分')
"""

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
MYRIADS = ((10**8, "亿"), (10**4, "万"))
MOST = 10**16  # yuan: 万亿 is the last unit that is read without doubling 亿


def capitals(fen: int) -> str:
    """An amount in fen in capitals; negative amounts start with 负.

    Raises ValueError from 10^16 yuan on, where no unit is left.

    >>> capitals(-5_00), capitals(1_0000_0001_00), capitals(4)
    ('负伍元整', '壹亿零壹元整', '肆分')
    """
    yuan, rest = divmod(abs(fen), 100)
    if yuan >= MOST:
        raise ValueError("no capitals beyond 10^16 yuan")
    jiao, cents = divmod(rest, 10)
    sign = "负" if fen < 0 else ""
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{sign}{text}整"
    if text and (not jiao or yuan % 10 == 0):
        text += "零"
    return sign + text + (f"{DIGITS[jiao]}角" if jiao else "") + (f"{DIGITS[cents]}分" if cents else "")


def _whole(number: int) -> str:
    """Whole yuan; 零 stands wherever the part below a unit does not fill it."""
    for size, unit in MYRIADS:
        above, below = divmod(number, size)
        if above:
            gap = "零" if 0 < below < size // 10 else ""
            return _whole(above) + unit + gap + (_whole(below) if below else "")
    return _upto_9999(number) if number else DIGITS[0]


def _upto_9999(number: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[place]
        gap = not digit
    return text
