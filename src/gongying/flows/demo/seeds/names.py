"""Company names, people, addresses and outlets: they read as real and are invented.

Any resemblance to an existing company or person is a coincidence.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from .codes import credit_code, mobile
from .geography import CITIES, PROVINCES, City
from .network import Seat

_MARKS = """
云棠 Yuntang|砚舟 Yanzhou|禾沐 Hemu|岚桥 Lanqiao|柏屿 Boyu|青砾 Qingli|沅澜 Yuanlan|星渚 Xingzhu|榆窗 Yuchuang|澄坞 Chengwu
峤白 Qiaobai|楠笙 Nansheng|汀兰渡 Tinglandu|鹿鸣坡 Lumingpo|枫泾里 Fengjingli|瑜谷 Yugu|朴山 Pushan|溯光 Suguang|知棠 Zhitang|泊砚 Boyan
霁川 Jichuan|橙岭 Chengling|桐汐 Tongxi|屿和 Yuhe|芷汀 Zhiting|砺川 Lichuan|穗禾 Suihe|绮里 Qili|楚帆渡 Chufandu|蔚坪 Weiping
珩远 Hengyuan|樾庭 Yueting|岫云 Xiuyun|苇航 Weihang|棣华 Dihua|沁野 Qinye|筑澜 Zhulan|隽山 Junshan|漱石 Shushi|杉语 Shanyu
洛青 Luoqing|翎川 Lingchuan|穆溪 Muxi|暮云 Muyun|骊川 Lichuan|旻和 Minhe|雁栖渡 Yanqidu|祁川 Qichuan|阡陌禾 Qianmohe|漠舟 Mozhou
璞岸 Puan|梧坡 Wupo|泠泉 Lingquan|昱禾 Yuhe|苔原 Taiyuan|潮白 Chaobai|椿庭 Chunting|雪砚 Xueyan|甬帆 Yongfan|钧窑里 Junyaoli
"""
_TRADES = (
    ("电器销售", "Appliance Sales"),
    ("家电贸易", "Home Appliance Trading"),
    ("商贸", "Trading"),
    ("供应链管理", "Supply Chain"),
    ("电器", "Electric"),
)
_SURNAMES = [
    "陈 Chen",
    "林 Lin",
    "黄 Huang",
    "周 Zhou",
    "吴 Wu",
    "徐 Xu",
    "孙 Sun",
    "马 Ma",
    "朱 Zhu",
    "胡 Hu",
    "郭 Guo",
    "何 He",
    "高 Gao",
    "罗 Luo",
    "郑 Zheng",
    "梁 Liang",
    "谢 Xie",
    "宋 Song",
    "唐 Tang",
    "许 Xu",
    "韩 Han",
    "冯 Feng",
    "邓 Deng",
    "曹 Cao",
    "彭 Peng",
    "曾 Zeng",
    "肖 Xiao",
    "田 Tian",
    "董 Dong",
    "袁 Yuan",
    "潘 Pan",
    "蒋 Jiang",
]
_GIVEN = [
    "思远 Siyuan",
    "雅琴 Yaqin",
    "国栋 Guodong",
    "晓雯 Xiaowen",
    "志恒 Zhiheng",
    "佳怡 Jiayi",
    "文博 Wenbo",
    "丽娟 Lijuan",
    "建宁 Jianning",
    "若溪 Ruoxi",
    "海涛 Haitao",
    "静姝 Jingshu",
    "振邦 Zhenbang",
    "梦洁 Mengjie",
    "启明 Qiming",
    "慧敏 Huimin",
    "昊然 Haoran",
    "淑芬 Shufen",
    "立群 Liqun",
    "心怡 Xinyi",
]
_STREETS = [
    "岚光路 Languang Road",
    "禾新街 Hexin Street",
    "望舒大道 Wangshu Avenue",
    "澄明路 Chengming Road",
    "云帆路 Yunfan Road",
    "知行北路 Zhixing North Road",
    "青禾一路 Qinghe 1st Road",
    "星海商贸街 Xinghai Trade Street",
    "物流园东路 Logistics Park East Road",
    "锦书巷 Jinshu Lane",
]
_SHOPS = [
    "悦居电器 {}店",
    "{}生活馆",
    "万家灯火电器城 {}店",
    "{}优选家电",
    "邻里家电 {}店",
    "{}百货家电部",
    "禾邻超市 {}店",
    "{}厨卫体验馆",
    "云购专营店（{}仓）",
    "{}工程集采",
]
_QUARTERS = ["城东", "城西", "城南", "城北", "新区", "滨河", "中心", "学府", "高铁站", "开发区"]


@dataclass(frozen=True, slots=True)
class Company:
    """How a distributor appears on paper."""

    name: str
    name_en: str
    short: str
    credit_code: str
    contact: str
    contact_en: str
    phone: str
    address: str
    address_en: str
    since: date  # when it joined the network


@dataclass(frozen=True, slots=True)
class Outlet:
    """A shop, online store or project buyer that a distributor delivers to."""

    name: str
    adcode: str


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for item in text.replace("\n", "|").strip("|").split("|"):
        chinese, english = item.split(" ", 1)
        found.append((chinese, english))
    return found


def person(rng: Random) -> tuple[str, str]:
    """A full name, in Chinese and in English order.

    >>> person(Random(1))
    ('朱立群', 'Liqun Zhu')
    """
    surname, given = rng.choice(_SURNAMES).split(" "), rng.choice(_GIVEN).split(" ")
    return surname[0] + given[0], f"{given[1]} {surname[1]}"


def companies(seats: list[Seat], start: date, seed: int) -> dict[str, Company]:
    """A company for every seat, by code."""
    found = {}
    marks = _pairs(_MARKS)
    Random(f"{seed}/marks").shuffle(marks)
    for seat in seats:
        rng = Random(f"{seed}/company/{seat.code}")
        number = list(CITIES).index(seat.city.adcode)
        (mark, mark_en), (trade, trade_en) = marks[number], rng.choice(_TRADES)
        contact, contact_en = person(rng)
        (street, street_en), house = rng.choice(_STREETS).split(" ", 1), rng.randint(6, 688)
        province = PROVINCES[seat.city.province]
        alone = province.name == seat.city.name  # a municipality is its own province
        town = seat.city.name if alone else province.name + seat.city.name
        town_en = seat.city.name_en if alone else f"{seat.city.name_en}, {province.name_en}"
        found[seat.code] = Company(
            name=f"{seat.city.name}{mark}{trade}有限公司",
            name_en=f"{seat.city.name_en} {mark_en} {trade_en} Co., Ltd.",
            short=f"{seat.city.name}{mark}",
            credit_code=credit_code(province.adcode[:2], 100 + number),
            contact=contact,
            contact_en=contact_en,
            phone=mobile(1_000 + number),
            address=f"{town}{street}{house}号",
            address_en=f"{house} {street_en}, {town_en}",
            since=date(start.year - rng.randint(1, 9), rng.randint(1, 12), 1),
        )
    return found


def outlets(city: City, count: int, rng: Random) -> list[Outlet]:
    """Some shops around a city."""
    spots = [(shop, quarter) for shop in _SHOPS for quarter in _QUARTERS]
    return [
        Outlet(f"{city.name}·{shop.format(quarter)}", city.adcode) for shop, quarter in rng.sample(spots, count)
    ]


def wholesalers(city: City) -> list[Outlet]:
    """The markets where diverted goods surface."""
    return [
        Outlet(f"{city.name}·{market}", city.adcode)
        for market in ("沙岗里电器批发市场 3 区", "南埠小家电集散中心", "社区团购中心仓")
    ]
