"""Where the story plays: seven regions, the provinces, the cities and counties with a distributor.

Codes are administrative division codes (GB/T 2260). `weight` is the rough size of the province's economy in trillion
yuan and steers how much is sold there; `share` is a city's part of its province.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """One of the seven sales regions."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province-level division."""

    adcode: str
    name: str
    full: str
    name_en: str
    area: str
    weight: float


@dataclass(frozen=True, slots=True)
class City:
    """A prefecture, or a county-level city that has a distributor of its own."""

    adcode: str
    name: str
    name_en: str
    province: str
    share: float
    county_of: str = ""


AREAS = (
    Area("EAST", "华东", "East China"),
    Area("SOUTH", "华南", "South China"),
    Area("CENTRAL", "华中", "Central China"),
    Area("NORTH", "华北", "North China"),
    Area("SOUTHWEST", "西南", "Southwest China"),
    Area("NORTHWEST", "西北", "Northwest China"),
    Area("NORTHEAST", "东北", "Northeast China"),
)

_PROVINCES = """
110000 北京 北京市 Beijing NORTH 4.4
120000 天津 天津市 Tianjin NORTH 1.7
130000 河北 河北省 Hebei NORTH 4.4
140000 山西 山西省 Shanxi NORTH 2.6
150000 内蒙古 内蒙古自治区 Inner_Mongolia NORTH 2.5
210000 辽宁 辽宁省 Liaoning NORTHEAST 3.0
220000 吉林 吉林省 Jilin NORTHEAST 1.4
230000 黑龙江 黑龙江省 Heilongjiang NORTHEAST 1.6
310000 上海 上海市 Shanghai EAST 4.7
320000 江苏 江苏省 Jiangsu EAST 12.8
330000 浙江 浙江省 Zhejiang EAST 8.3
340000 安徽 安徽省 Anhui EAST 4.7
350000 福建 福建省 Fujian EAST 5.4
360000 江西 江西省 Jiangxi EAST 3.2
370000 山东 山东省 Shandong EAST 9.2
410000 河南 河南省 Henan CENTRAL 5.9
420000 湖北 湖北省 Hubei CENTRAL 5.6
430000 湖南 湖南省 Hunan CENTRAL 5.0
440000 广东 广东省 Guangdong SOUTH 13.6
450000 广西 广西壮族自治区 Guangxi SOUTH 2.7
460000 海南 海南省 Hainan SOUTH 0.75
500000 重庆 重庆市 Chongqing SOUTHWEST 3.0
510000 四川 四川省 Sichuan SOUTHWEST 6.0
520000 贵州 贵州省 Guizhou SOUTHWEST 2.1
530000 云南 云南省 Yunnan SOUTHWEST 3.0
540000 西藏 西藏自治区 Tibet SOUTHWEST 0.25
610000 陕西 陕西省 Shaanxi NORTHWEST 3.4
620000 甘肃 甘肃省 Gansu NORTHWEST 1.2
630000 青海 青海省 Qinghai NORTHWEST 0.4
640000 宁夏 宁夏回族自治区 Ningxia NORTHWEST 0.55
650000 新疆 新疆维吾尔自治区 Xinjiang NORTHWEST 1.9
"""

_CITIES = """
110100 北京 Beijing 1.0
120100 天津 Tianjin 1.0
130100 石家庄 Shijiazhuang 0.72
130200 唐山 Tangshan 0.22
140100 太原 Taiyuan 1.0
150100 呼和浩特 Hohhot 1.0
210100 沈阳 Shenyang 0.64
210200 大连 Dalian 0.29
220100 长春 Changchun 1.0
230100 哈尔滨 Harbin 1.0
310100 上海 Shanghai 1.0
320100 南京 Nanjing 0.52
320200 无锡 Wuxi 0.15
320500 苏州 Suzhou 0.22
330100 杭州 Hangzhou 0.50
330200 宁波 Ningbo 0.20
330300 温州 Wenzhou 0.12
330700 金华 Jinhua 0.11
340100 合肥 Hefei 0.84
340200 芜湖 Wuhu 0.16
350100 福州 Fuzhou 0.62
350200 厦门 Xiamen 0.28
360100 南昌 Nanchang 0.80
360700 赣州 Ganzhou 0.20
370100 济南 Jinan 0.62
370200 青岛 Qingdao 0.21
371300 临沂 Linyi 0.12
410100 郑州 Zhengzhou 0.82
410300 洛阳 Luoyang 0.18
420100 武汉 Wuhan 0.84
420500 宜昌 Yichang 0.16
430100 长沙 Changsha 0.76
430400 衡阳 Hengyang 0.16
440100 广州 Guangzhou 0.44
440300 深圳 Shenzhen 0.29
440600 佛山 Foshan 0.14
441900 东莞 Dongguan 0.13
450100 南宁 Nanning 1.0
460100 海口 Haikou 1.0
500100 重庆 Chongqing 1.0
510100 成都 Chengdu 0.83
510700 绵阳 Mianyang 0.13
520100 贵阳 Guiyang 1.0
530100 昆明 Kunming 1.0
540100 拉萨 Lhasa 1.0
610100 西安 Xi'an 1.0
620100 兰州 Lanzhou 1.0
630100 西宁 Xining 1.0
640100 银川 Yinchuan 1.0
650100 乌鲁木齐 Urumqi 1.0
130283 迁安 Qian'an 0.06 130200
210281 瓦房店 Wafangdian 0.07 210200
320281 江阴 Jiangyin 0.05 320200
320583 昆山 Kunshan 0.06 320500
330282 慈溪 Cixi 0.03 330200
330782 义乌 Yiwu 0.04 330700
350582 晋江 Jinjiang 0.10 350200
370281 胶州 Jiaozhou 0.05 370200
430181 浏阳 Liuyang 0.08 430100
510781 江油 Jiangyou 0.04 510700
"""


def _province(line: str) -> Province:
    adcode, name, full, english, area, weight = line.split()
    return Province(adcode, name, full, english.replace("_", " "), area, float(weight))


def _city(line: str) -> City:
    adcode, name, english, share, *county_of = line.split()
    return City(adcode, name, english, adcode[:2] + "0000", float(share), *county_of)


PROVINCES = {province.adcode: province for province in map(_province, _PROVINCES.split("\n")[1:-1])}
CITIES = {city.adcode: city for city in map(_city, _CITIES.split("\n")[1:-1])}


def area_of(adcode: str) -> Area:
    """The sales region a city or province lies in.

    >>> area_of("330100").name
    '华东'
    """
    code = PROVINCES[adcode[:2] + "0000"].area
    return next(area for area in AREAS if area.code == code)
