"""The tile map: one square a province, so that no border is drawn and every province weighs the same. Pure.

Coordinates are (column, row) from the upper left, by administrative division code (GB/T 2260).
"""

from dataclasses import dataclass

TILES: dict[str, tuple[int, int, str, str]] = {
    "230000": (9, 0, "黑龙江", "HL"),
    "150000": (4, 1, "内蒙古", "NM"),
    "110000": (6, 1, "北京", "BJ"),
    "120000": (7, 1, "天津", "TJ"),
    "210000": (8, 1, "辽宁", "LN"),
    "220000": (9, 1, "吉林", "JL"),
    "650000": (0, 2, "新疆", "XJ"),
    "620000": (2, 2, "甘肃", "GS"),
    "640000": (3, 2, "宁夏", "NX"),
    "610000": (4, 2, "陕西", "SN"),
    "140000": (5, 2, "山西", "SX"),
    "130000": (6, 2, "河北", "HE"),
    "370000": (7, 2, "山东", "SD"),
    "540000": (0, 3, "西藏", "XZ"),
    "630000": (2, 3, "青海", "QH"),
    "510000": (3, 3, "四川", "SC"),
    "500000": (4, 3, "重庆", "CQ"),
    "410000": (5, 3, "河南", "HA"),
    "340000": (6, 3, "安徽", "AH"),
    "320000": (7, 3, "江苏", "JS"),
    "310000": (8, 3, "上海", "SH"),
    "530000": (2, 4, "云南", "YN"),
    "520000": (4, 4, "贵州", "GZ"),
    "420000": (5, 4, "湖北", "HB"),
    "360000": (6, 4, "江西", "JX"),
    "330000": (7, 4, "浙江", "ZJ"),
    "450000": (4, 5, "广西", "GX"),
    "430000": (5, 5, "湖南", "HN"),
    "350000": (6, 5, "福建", "FJ"),
    "710000": (8, 5, "台湾", "TW"),
    "440000": (5, 6, "广东", "GD"),
    "810000": (6, 6, "香港", "HK"),
    "820000": (5, 7, "澳门", "MO"),
    "460000": (3, 7, "海南", "HI"),
}


@dataclass(frozen=True)
class Tile:
    """A province on the map; column and row count from 1."""

    code: str
    name: str
    column: int
    row: int


def tiles(chinese: bool) -> list[Tile]:
    """The 34 provinces from the upper left to the lower right, with short names.

    >>> tiles(True)[0].name
    '黑龙江'
    """
    places = sorted(TILES.items(), key=lambda item: (item[1][1], item[1][0]))
    return [
        Tile(code, name if chinese else short, column + 1, row + 1) for code, (column, row, name, short) in places
    ]
