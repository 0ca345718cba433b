"""The brand 岚禾 (Lanhe), invented, and its four hundred products in nine categories."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from .codes import COMPANY_PREFIX, ean13

BRAND = "岚禾"
BRAND_EN = "Lanhe"
COMPANY = "岚禾生活电器股份有限公司"
COMPANY_EN = "Lanhe Home Appliances Co., Ltd."
CODE = "LANHE"
DEALER_RATIO = 0.64  # dealer price over list price
SECOND_RATIO = 1.06  # what a sub-distributor pays, over dealer price
COST_RATIO = 0.66  # standard cost over dealer price
NATIONAL_SALES = 5.6e8  # yuan a year at dealer price, for sizing the safety stock
NEW_PRODUCTS = 36
RETIRED_PRODUCTS = 18


@dataclass(frozen=True, slots=True)
class Group:
    """A shelf of the catalogue: the categories' parents."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Category:
    """A product category with what the simulator needs to know of it."""

    code: str
    group: str
    name: str
    name_en: str
    products: int
    low: int  # cheapest and dearest list price, yuan
    high: int
    case: int  # pieces in a case
    mix: float  # share of consumer sales
    elasticity: float  # of demand to price
    growth: float  # yearly growth of the category against the whole
    sizes: tuple[str, ...]
    series: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU. Prices in fen, the first of `prices` valid from the start; `launch` and `retire` bound its life."""

    code: str
    category: str
    name: str
    name_en: str
    barcode: str
    case_barcode: str
    case: int
    popularity: float
    prices: tuple[tuple[date, int, int], ...]  # (valid from, list, dealer)
    cost: int
    safety_stock: int  # pieces the brand itself holds against surprises, whole cases
    launch: date | None
    retire: date | None

    def at(self, day: date) -> tuple[int, int]:
        """List and dealer price on a day, in fen."""
        return next((listed, dealer) for since, listed, dealer in reversed(self.prices) if since <= day)


GROUPS = (
    Group("KITCHEN", "厨房电器", "Kitchen"),
    Group("CLEAN", "清洁电器", "Floor care"),
    Group("AIR", "环境电器", "Air and climate"),
)


def _series(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((item.split(" ", 1)[0], item.split(" ", 1)[1]) for item in text.split("|"))


CATEGORIES = (
    Category(
        "RC", "KITCHEN", "电饭煲", "Rice cookers", 60, 199, 1299, 4, 0.17, -1.3, 0.00, ("1.6L", "3L", "4L", "5L"),
        _series("饭来IH Fanlai IH|粒香 Lixiang|小釜 Xiaofu|本味 Benwei|禾香低糖 Hexiang Low-Sugar"),
    ),
    Category(
        "AF", "KITCHEN", "空气炸锅", "Air fryers", 48, 249, 899, 2, 0.13, -1.8, 0.12, ("3.5L", "4.5L", "6L", "8L"),
        _series("轻焙 Qingbei|可视炙香 Zhixiang Window|双仓 Dual Bay|小金盏 Xiaojinzhan"),
    ),
    Category(
        "EK", "KITCHEN", "电水壶", "Kettles", 64, 79, 349, 12, 0.09, -1.5, -0.04, ("0.8L", "1.2L", "1.5L", "1.7L"),
        _series("清泉 Qingquan|恒温 Constant|折叠旅行 Foldaway|云釉 Yunyou|茶事 Chashi"),
    ),
    Category(
        "BL", "KITCHEN", "破壁机", "Blenders", 48, 299, 1599, 2, 0.12, -1.4, 0.05, ("1L", "1.2L", "1.5L", "1.75L"),
        _series("静音 Silent|谷浆 Gujiang|免洗 Rinse-free|热饮 Hot Brew"),
    ),
    Category(
        "RV", "CLEAN", "扫地机器人", "Robot vacuums", 32, 1299, 4999, 1, 0.14, -2.1, 0.18, ("S2", "S4", "S6", "S8"),
        _series("巡光 Xunguang|自清洁 Self-clean|小巡 Xiaoxun|上下水 Plumbed"),
    ),
    Category(
        "VC", "CLEAN", "吸尘器", "Vacuum cleaners", 40, 399, 2499, 2, 0.10, -1.7, 0.02, ("V5", "V7", "V9", "V11"),
        _series("轻羽 Qingyu|无线除螨 Cordless Mite|洗地 Wash|车载 Car"),
    ),
    Category(
        "AP", "AIR", "空气净化器", "Air purifiers", 32, 599, 3299, 1, 0.08, -1.6, -0.03, ("25m²", "40m²", "60m²", "80m²"),
        _series("森息 Senxi|净醛 Formaldehyde-free|加湿净化 Humidify|母婴 Nursery"),
    ),
    Category(
        "FN", "AIR", "电风扇", "Fans", 44, 129, 799, 2, 0.10, -1.2, 0.03, ("台式", "落地", "塔式", "循环"),
        _series("晚风 Wanfeng|直流变频 DC|七叶 Seven-blade|自然风 Breeze"),
    ),
    Category(
        "HT", "AIR", "取暖器", "Heaters", 32, 149, 999, 2, 0.07, -1.1, 0.01, ("1000W", "1500W", "2000W", "2200W"),
        _series("暖屿 Nuanyu|踢脚线 Skirting|石墨烯 Graphene|小太阳 Little Sun"),
    ),
)  # fmt: skip
_COLOURS = _series("月光白 Moon White|松墨黑 Ink Black|雾蓝 Mist Blue|杏沙 Apricot|竹青 Bamboo")
_SIZES_EN = {"台式": "Desk", "落地": "Pedestal", "塔式": "Tower", "循环": "Circulator"}


def _round_list(yuan: float) -> int:
    """A list price that ends in 9, in fen."""
    return (max(19, round(yuan / 10) * 10) - 1) * 100


def _prices(
    category: Category, listed: int, start: date, years: list[int], rng: Random
) -> tuple[tuple[date, int, int], ...]:
    """The price list is reviewed every April; about a third of the products change then."""
    dealer = round(listed * DEALER_RATIO * rng.uniform(0.97, 1.03) / 100) * 100
    found = [(start, listed, dealer)]
    for year in years:
        if date(year, 4, 1) > start and rng.random() < 0.33:
            factor = rng.choice((0.92, 0.95, 0.97, 1.03, 1.05))
            listed, dealer = _round_list(listed / 100 * factor), round(dealer * factor / 100) * 100
            found.append((date(year, 4, 1), listed, dealer))
    return tuple(found)


def _variants(category: Category, rng: Random) -> list[tuple[float, str, str]]:
    """Distinct (list price, name, English name) of a category, the best sellers first."""
    found = []
    for place, (series, series_en) in enumerate(category.series):
        for step, size in enumerate(category.sizes):
            level = place / len(category.series) * 0.55 + step / 4 * 0.55 + rng.uniform(-0.08, 0.1)
            price = category.low + (category.high - category.low) * min(1.0, max(0.0, level)) ** 1.5
            for colour, colour_en in _COLOURS:
                name = f"{BRAND}{series}{category.name} {size} {colour}"
                english = f"{BRAND_EN} {series_en} {category.name_en.removesuffix('s')} {_SIZES_EN.get(size, size)} {colour_en}"
                found.append((price, name, english))
    rng.shuffle(found)
    return found[: category.products]


def products(seed: int, start: date, end: date) -> list[Product]:
    """The catalogue as of `end`, old and new.

    >>> len(products(1, date(2025, 1, 1), date(2026, 12, 31)))
    400
    """
    found: list[Product] = []
    years = list(range(start.year, end.year + 1))
    for row, category in enumerate(CATEGORIES, 1):
        rng = Random(f"{seed}/products/{category.code}")
        for place, (price, name, english) in enumerate(_variants(category, rng), 1):
            listed = _round_list(price)
            prices = _prices(category, listed, start - timedelta(days=120), years, rng)
            body = f"{COMPANY_PREFIX}{26 + row:04d}{place:05d}"
            found.append(
                Product(
                    code=f"LH-{category.code}{place:03d}",
                    category=category.code,
                    name=name,
                    name_en=english,
                    barcode=ean13(body),
                    case_barcode=ean13(f"{COMPANY_PREFIX}{66 + row:04d}{place:05d}"),
                    case=category.case,
                    popularity=1.0 / (place + 2.5) ** 0.75 * rng.uniform(0.7, 1.3),
                    prices=prices,
                    cost=round(prices[0][2] * COST_RATIO * rng.uniform(0.94, 1.06)),
                    safety_stock=_safety(category, place, prices[0][2]),
                    launch=None,
                    retire=None,
                )
            )
    return _lives(found, seed, start, end)


def _safety(category: Category, place: int, dealer: int) -> int:
    """About eleven days of a product's national sales, in whole cases."""
    weight = 1.0 / math.pow(place + 2.5, 0.75)
    whole = sum(1.0 / math.pow(n + 2.5, 0.75) for n in range(1, category.products + 1))
    pieces = NATIONAL_SALES * category.mix * weight / whole / (dealer / 100) * 11 / 365
    return max(1, round(pieces / category.case)) * category.case


def _lives(found: list[Product], seed: int, start: date, end: date) -> list[Product]:
    """Give some products a launch within the story and others an end of life."""
    rng = Random(f"{seed}/lives")
    places = list(range(len(found)))
    rng.shuffle(places)
    fresh, retired = places[:NEW_PRODUCTS], places[NEW_PRODUCTS : NEW_PRODUCTS + RETIRED_PRODUCTS]
    length = (end - start).days
    lives: dict[int, tuple[date | None, date | None]] = {}
    for turn, place in enumerate(sorted(fresh)):
        lives[place] = (start + timedelta(days=round(length * (0.26 + 0.67 * turn / NEW_PRODUCTS))), None)
    for place in retired:
        lives[place] = (None, start + timedelta(days=round(length * rng.uniform(0.32, 0.75))))
    return [_live(product, *lives.get(place, (None, None))) for place, product in enumerate(found)]


def _live(product: Product, launch: date | None, retire: date | None) -> Product:
    if launch is None:
        return replace(product, retire=retire)
    prices = ((launch, *product.at(launch)), *(each for each in product.prices if each[0] > launch))
    return replace(product, launch=launch, prices=prices, popularity=product.popularity * 1.5)
