"""Which columns each kind of import has. Pure."""

from gongying.core.intake.fields import Field

CODE = ("经销商编码", "distributor code", "distributor", "经销商", "客户编码", "customer")
PRODUCT = ("产品编码", "product code", "sku", "货号", "产品")
LINE_FIELDS = (
    Field(
        "document",
        "code",
        ("单据号", "document", "invoice", "发票号", "订单号", "order number"),
        True,
        "SO-20260701-0001",
    ),
    Field("line_no", "code", ("行号", "line", "line number", "line no"), False, "1"),
    Field("business_date", "date", ("日期", "date", "业务日期", "invoice date", "order date"), True, "2026-07-01"),
    Field("party", "code", CODE, True, "D001"),
    Field("product", "code", PRODUCT, True, "SKU-1001"),
    Field("quantity", "int", ("数量", "quantity", "qty"), True, "24"),
    Field("gross", "amount", ("金额", "gross amount", "amount", "销售额"), True, "4776.00"),
    Field("discount", "amount", ("折扣", "discount", "票折"), False, "0"),
    Field("tax", "amount", ("税额", "tax"), False, "0"),
    Field("freight", "amount", ("运费", "freight"), False, "0"),
    Field("currency", "code", ("币种", "currency"), False, "CNY"),
)
KINDS: dict[str, tuple[Field, ...]] = {
    "distributors": (
        Field("code", "code", CODE, True, "D001"),
        Field("name", "text", ("名称", "name", "经销商名称", "distributor name"), True, "杭州示例商贸有限公司"),
        Field("name_en", "text", ("英文名称", "english name"), False, "Hangzhou Example Trading"),
        Field("region", "code", ("区域编码", "region code", "区域", "region"), False, "330100"),
        Field("uscc", "code", ("统一社会信用代码", "credit code", "uscc"), False, ""),
        Field("contact", "text", ("联系人", "contact"), False, "沈国强"),
        Field("phone", "code", ("电话", "phone", "手机"), False, "13800000000"),
        Field("opened_on", "date", ("合作日期", "opened on", "since"), False, "2024-01-01"),
        Field("parent", "code", ("上级编码", "parent code", "supplier", "上级经销商"), False, ""),
    ),
    "products": (
        Field("code", "code", PRODUCT, True, "SKU-1001"),
        Field("name", "text", ("名称", "name", "品名", "产品名称"), True, "电饭煲 4L 白"),
        Field("name_en", "text", ("英文名称", "english name"), False, "Rice cooker 4 L white"),
        Field("category", "code", ("品类编码", "category code", "品类", "category"), True, "COOKER"),
        Field("category_name", "text", ("品类名称", "category name"), False, "电饭煲"),
        Field("category_name_en", "text", ("品类英文名称", "category english name"), False, "Rice cookers"),
        Field("base_unit", "code", ("基本单位", "base unit", "unit"), False, "EA"),
        Field("case", "int", ("箱规", "case", "case pack"), False, "4"),
    ),
    "sell_in": LINE_FIELDS,
    "sell_through": LINE_FIELDS,
    "sell_out": LINE_FIELDS,
}
LINES = ("sell_in", "sell_through", "sell_out")


def missing(kind: str, found: dict[str, int]) -> list[Field]:
    """Required fields that no column holds."""
    return [field for field in KINDS[kind] if field.required and field.name not in found]
