"""The files people sent themselves: a distributor's sell-out of the last week, next year's price list, a file begun."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from gongying.core.documents.sheet import xlsx

from .paper import Sale
from .story import Story

WEEK = timedelta(days=7)
SALES_HEAD = (
    "单据号",
    "行号",
    "日期",
    "经销商编码",
    "产品编码",
    "数量",
    "金额",
    "折扣",
    "税额",
    "终端名称",
    "流向区域",
)
PRICES_HEAD = ("价格表", "价格类型", "产品编码", "单价", "币种", "起订量", "生效日期")
COUNT_HEAD = ("经销商编码", "产品编码", "盘点日期", "库存数量")
RAISE = 103  # next year's prices, per cent of this year's


def last_week(story: Story) -> list[Sale]:
    """The star's sell-out of the last week that was right the first time: it comes by file, not with the rest."""
    since = story.end - WEEK
    mine = [s for s in story.sales if s.level == "sell_out" and s.party == story.truth.star and s.day > since]
    papers = groupby(sorted(mine, key=lambda s: (s.document, s.line)), key=lambda s: s.document)
    whole = [list(lines) for _document, lines in papers]
    return [
        s for lines in whole for s in lines if all(each.revision == 1 and each.kind == "sale" for each in lines)
    ]


def sales_file(sales: Sequence[Sale], story: Story) -> bytes:
    """CSV in the encoding Chinese Excel saves (GB18030), with three rows that cannot be taken."""
    rows = [_sale(sale, story) for sale in sales]
    first = list(rows[0])
    for column, wrong in ((4, "LH-XX999"), (2, "2026-13-02"), (5, "十台")):
        broken = list(first)
        broken[1], broken[column] = str(900 + column), wrong
        rows.append(broken)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([SALES_HEAD, *rows])
    return out.getvalue().encode("gb18030")


def _sale(sale: Sale, story: Story) -> list[str]:
    amounts = (f"{minor / 100:.2f}" for minor in (sale.gross, sale.discount, sale.tax))
    code = story.catalogue[sale.product].code
    sold = [sale.document, str(sale.line), sale.day.isoformat(), sale.party, code, str(sale.quantity), *amounts]
    return [*sold, sale.buyer, sale.place]


def price_file(story: Story) -> bytes:
    """Next year's dealer prices of everything that is sold today, as a workbook."""
    begins = date(story.end.year + 1, 1, 1)
    return xlsx(f"{begins.year}", PRICES_HEAD, _prices(story, begins))


def _prices(story: Story, begins: date) -> Iterator[tuple[object, ...]]:
    for product in story.catalogue:
        dealer = product.at(story.end)[1] * RAISE // 10_000  # whole yuan
        yield f"STD-{begins.year}", "经销价", product.code, dealer, "CNY", 1, begins.isoformat()


def count_file(story: Story) -> bytes:
    """A count of the star's warehouse in the middle of the month: sent, and not yet looked at."""
    rows = [row for row in story.declarations if row.party == story.truth.star]
    newest = max(row.month_end for row in rows)
    held = [row for row in rows if row.month_end == newest]
    codes = story.catalogue
    return xlsx("库存", COUNT_HEAD, ((row.party, codes[row.product].code, story.end, row.closing) for row in held))
