"""Which columns each kind of import has. Pure."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from gongying.core.intake.fields import Field

from .judge import JUDGE, KEYS, Known, Seen, twice

__all__ = ["JUDGE", "KEYS", "KINDS", "LABELS", "LINES", "OWN", "Known", "Seen", "missing", "twice", "unknown"]

CODE = ("经销商编码", "distributor code", "distributor", "经销商", "客户编码", "customer")
PRODUCT = ("产品编码", "product code", "sku", "货号", "产品")
INTEGER = 2**31 - 1
CURRENCY = Field("currency", "currency", ("币种", "currency"), False, "CNY")
PRICE_KINDS = (
    ("dealer", ("经销价", "供货价", "出厂价", "dealer price")),
    ("list", ("标准价", "目录价", "list price")),
    ("retail", ("零售价", "建议零售价", "retail price")),
)
PRICE_TAX = (("excluded", ("不含税", "否", "exclusive", "no")), ("included", ("含税", "是", "inclusive", "yes")))
PRICE_SCOPES = (
    ("", ("按编码列", "by the code columns")),
    ("network", ("全部", "全网", "everybody", "network")),
    ("region", ("区域", "region")),
    ("level", ("等级", "level")),
    ("party", ("经销商", "party", "distributor")),
)
METRICS = (
    ("sell_in", ("进货", "sell-in")),
    ("sell_through", ("分销出货", "sell-through")),
    ("sell_out", ("动销", "sell-out")),
)
LINE_FIELDS = (
    Field(
        "document",
        "code",
        ("单据号", "document", "invoice", "发票号", "订单号", "order number"),
        True,
        "SO-20260701-0001",
        longest=40,
    ),
    Field("line_no", "code", ("行号", "line", "line number", "line no"), False, "1", longest=12),
    Field("business_date", "date", ("日期", "date", "业务日期", "invoice date", "order date"), True, "2026-07-01"),
    Field("party", "code", CODE, True, "D001"),
    Field("product", "code", PRODUCT, True, "SKU-1001"),
    Field("quantity", "int", ("数量", "quantity", "qty"), True, "24"),
    Field("gross", "amount", ("金额", "gross amount", "amount", "销售额"), True, "4776.00"),
    Field("discount", "amount", ("折扣", "discount", "票折"), False, "0"),
    Field("tax", "amount", ("税额", "tax"), False, "0"),
    Field("freight", "amount", ("运费", "freight"), False, "0"),
    CURRENCY,
    Field("sold_on", "date", ("原销售日期", "sold on", "day of sale"), False, ""),
)
# What a distributor sold on says to whom and where to: the flow that diversion is seen by.
FLOW_FIELDS = (
    *LINE_FIELDS,
    Field(
        "counterparty", "text", ("终端名称", "outlet", "终端", "客户名称", "门店"), False, "示例家电城", longest=80
    ),
    Field(
        "place",
        "code",
        ("流向区域", "destination region", "流向", "区域编码", "region code"),
        False,
        "330100",
        longest=20,
    ),
)
KINDS: dict[str, tuple[Field, ...]] = {
    "distributors": (
        Field("code", "code", CODE, True, "D001", longest=40),
        Field(
            "name",
            "text",
            ("名称", "name", "经销商名称", "distributor name"),
            True,
            "杭州示例商贸有限公司",
            longest=160,
        ),
        Field("name_en", "text", ("英文名称", "english name"), False, "Hangzhou Example Trading", longest=160),
        Field("region", "code", ("区域编码", "region code", "区域", "region"), False, "330100", longest=20),
        Field("uscc", "code", ("统一社会信用代码", "credit code", "uscc"), False, "", longest=18),
        Field("contact", "text", ("联系人", "contact"), False, "沈国强", longest=80),
        Field("phone", "code", ("电话", "phone", "手机"), False, "13800000000", longest=40),
        Field("opened_on", "date", ("合作日期", "opened on", "since"), False, "2024-01-01"),
        Field("parent", "code", ("上级编码", "parent code", "supplier", "上级经销商"), False, "", longest=40),
    ),
    "products": (
        Field("code", "code", PRODUCT, True, "SKU-1001", longest=40),
        Field("name", "text", ("名称", "name", "品名", "产品名称"), True, "电饭煲 4L 白", longest=160),
        Field("name_en", "text", ("英文名称", "english name"), False, "Rice cooker 4 L white", longest=160),
        Field("category", "code", ("品类编码", "category code", "品类", "category"), True, "COOKER", longest=40),
        Field("category_name", "text", ("品类名称", "category name"), False, "电饭煲", longest=80),
        Field(
            "category_name_en", "text", ("品类英文名称", "category english name"), False, "Rice cookers", longest=80
        ),
        Field("base_unit", "code", ("基本单位", "base unit", "unit"), False, "EA", longest=10),
        Field("case", "int", ("箱规", "case", "case pack"), False, "4", least=0, largest=INTEGER),
        Field(
            "weight_g",
            "int",
            ("单件重量(克)", "weight in grams", "weight g", "重量"),
            False,
            "3200",
            least=0,
            largest=INTEGER,
        ),
        Field(
            "volume_ml",
            "int",
            ("单件体积(毫升)", "volume in millilitres", "volume ml", "体积"),
            False,
            "18000",
            least=0,
            largest=INTEGER,
        ),
    ),
    "sell_in": LINE_FIELDS,
    "sell_through": FLOW_FIELDS,
    "sell_out": FLOW_FIELDS,
    "price_lists": (
        Field("list_code", "code", ("价格表", "price list", "价格表编码"), True, "STD-2026", longest=24),
        Field("kind", "choice", ("价格类型", "price kind"), False, "经销价", choices=PRICE_KINDS),
        Field("product", "code", PRODUCT, True, "SKU-1001"),
        Field("price", "rate", ("单价", "unit price", "price", "价格"), True, "199.00", least=0),
        Field("pack", "code", ("计价单位", "price per pack", "pack", "包装单位", "包装"), False, "", longest=10),
        Field("tax", "choice", ("是否含税", "tax inclusive", "tax", "含税"), False, "不含税", choices=PRICE_TAX),
        CURRENCY,
        Field(
            "min_quantity",
            "int",
            ("起订量", "minimum quantity", "min quantity"),
            False,
            "1",
            least=1,
            largest=INTEGER,
        ),
        Field("valid_from", "date", ("生效日期", "valid from", "from"), True, "2026-07-01"),
        Field("valid_to", "date", ("失效日期", "valid to", "to"), False, ""),
        Field("scope", "choice", ("适用范围", "scope", "范围"), False, "", choices=PRICE_SCOPES),
        Field("level", "code", ("等级编码", "level code", "等级", "level"), False, "", longest=20),
        Field("region", "code", ("区域编码", "region code", "区域", "region"), False, ""),
        Field("party", "code", CODE, False, ""),
    ),
    "targets": (
        Field("period", "period", ("期间", "period", "月份", "month"), True, "2026-07"),
        Field("party", "code", CODE, False, "D001"),
        Field("seller", "code", ("业务员", "seller", "salesperson"), False, "", longest=40),
        Field("category", "code", ("品类编码", "category code", "品类", "category"), False, ""),
        Field("metric", "choice", ("指标", "metric"), False, "进货", choices=METRICS),
        CURRENCY,
        Field("amount", "amount", ("目标金额", "target amount", "target", "目标", "金额"), True, "500000", least=0),
        Field("quantity", "int", ("目标数量", "target quantity", "数量"), False, "", least=0),
    ),
    "stock_declarations": (
        Field("party", "code", CODE, True, "D001"),
        Field("product", "code", PRODUCT, True, "SKU-1001"),
        Field("on", "date", ("盘点日期", "counted on", "日期", "date"), True, "2026-07-31"),
        Field(
            "quantity", "int", ("库存数量", "stock on hand", "on hand", "数量", "quantity"), True, "120", least=0
        ),
        Field("lot", "code", ("批次", "lot", "batch"), False, "", longest=40),
        Field("unit_cost", "rate", ("单位成本", "unit cost"), False, "", least=0),
        CURRENCY,
    ),
}
LABELS = {
    "distributors": _("Distributors"),
    "products": _("Products"),
    "sell_in": _("Sell-in lines"),
    "sell_through": _("Sell-through lines"),
    "sell_out": _("Sell-out lines"),
    "price_lists": _("Price lists"),
    "targets": _("Targets"),
    "stock_declarations": _("Stock declarations"),
}
LINES = ("sell_in", "sell_through", "sell_out")
OWN = ("sell_out", "sell_through", "stock_declarations")  # what a distributor's people may send


def missing(kind: str, found: Mapping[str, int]) -> list[Field]:
    """Required fields that no column holds."""
    return [field for field in KINDS[kind] if field.required and field.name not in found]


def unknown(kind: str, chosen: Mapping[str, str], found: Mapping[str, int]) -> list[str]:
    """What was chosen and is not there: names that are no field of the kind, headers that are not in the file."""
    names = {field.name for field in KINDS[kind]}
    return [title for name, title in chosen.items() if name not in names or (title and name not in found)]
