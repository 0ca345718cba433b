"""Load the story through the same postings as everybody's data."""

from collections.abc import Callable
from datetime import date

from gongying.areas.accounts import actions as accounts
from gongying.areas.rewards import actions as rewards
from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.calendar import quarter_of, year_of
from gongying.core.doors import action
from gongying.core.policies import actions as policies

from .seeds.brand import CATEGORIES, GROUPS
from .seeds.geography import AREAS, CITIES, PROVINCES
from .seeds.paper import Sale
from .seeds.story import Story

PASSWORD = "gongying-2026"  # noqa: S105 - the demonstration's, printed for everybody
CHUNK = 20_000
ADMIN = "admin"
PREPARER = Actor("demo-planner", role="finance", may=frozenset({"*"}), parties=None, via="job")
APPROVER = Actor("demo-finance", role="finance", may=frozenset({"*"}), parties=None, via="job")


@action(needs="demo.load", roles=(ADMIN,), exposed=False)
def load_network(actor: Actor, *, story: Story) -> int:
    """Regions, distributors with their supplier, and products."""
    regions = [parties.RegionIn("CN", "全国", "China", "country")]
    regions += [parties.RegionIn(a.code, a.name, a.name_en, "region", "CN") for a in AREAS]
    regions += [parties.RegionIn(p.adcode, p.name, p.name_en, "province", p.area) for p in PROVINCES.values()]
    regions += [parties.RegionIn(c.adcode, c.name, c.name_en, "city", c.province) for c in CITIES.values()]
    parties.regions(actor, regions)
    parties.parties(actor, [_party(story, seat.code, seat.city.adcode) for seat in story.seats])
    ids = parties_read.ids_by_code(seat.code for seat in story.seats)
    for seat in story.seats:
        if seat.above:
            parties.link(actor, parent_id=ids[seat.above], child_id=ids[seat.code], valid_from=story.start)
    names = {c.code: (c.name, c.name_en) for c in CATEGORIES}
    rows = [
        goods.ProductIn(
            p.code, p.name, p.category, names[p.category][0], p.name_en, names[p.category][1], "EA", p.case
        )
        for p in story.catalogue
    ]
    goods.products(actor, rows)
    return len(ids)


def _party(story: Story, code: str, adcode: str) -> parties.PartyIn:
    company = story.companies[code]
    return parties.PartyIn(
        code=code,
        name=company.name,
        name_en=company.name_en,
        uscc=company.credit_code,
        region=adcode,
        contact=company.contact,
        phone=company.phone,
        opened_on=story.start,
    )


@action(needs="demo.load", roles=(ADMIN,), exposed=False)
def post_sales(actor: Actor, *, sales: list[Sale], skus: list[int], held: dict[str, int]) -> int:
    """Post a stretch of the story's sales lines."""
    rows = [
        trade.LineIn(
            level=s.level,
            business_date=s.day,
            party_id=held[s.party],
            product_id=skus[s.product],
            quantity=s.quantity,
            currency="CNY",
            gross_minor=s.gross,
            discount_minor=s.discount,
            document=s.document,
            line_no=str(s.line),
            tax_minor=s.tax,
            freight_minor=s.freight,
            kind=s.kind,
        )
        for s in sales
    ]
    done = trade.lines(actor, rows, source="erp")
    return done.created + done.corrected


def programmes(story: Story) -> list[tuple[str, str, str, dict[str, object]]]:
    """Key, titles and document of the brand's rebate programmes."""
    kitchen = [c.code for c in CATEGORIES if c.group == GROUPS[0].code]
    annual = {
        "method": "slab",
        "tiers": [
            {"start": "0", "end": "6000000", "rate": "0.010"},
            {"start": "6000000", "end": "12000000", "rate": "0.015"},
            {"start": "12000000", "end": "24000000", "rate": "0.020"},
            {"start": "24000000", "rate": "0.025"},
        ],
    }
    quarterly = {
        "method": "marginal",
        "categories": kitchen,
        "tiers": [
            {"start": "0", "end": "1000000", "rate": "0"},
            {"start": "1000000", "end": "3000000", "rate": "0.012"},
            {"start": "3000000", "rate": "0.020"},
        ],
        "payout_cap": "80000",
    }
    east = {
        "method": "fixed",
        "regions": [AREAS[0].code],
        "tiers": [{"start": "0", "end": "2000000", "rate": "0"}, {"start": "2000000", "rate": "15000"}],
        "guarantee": "3000",
    }
    return [
        ("annual", "年度阶梯返利", "Annual tiered rebate", annual),
        ("kitchen", "厨房电器季度超额返利", "Kitchen quarterly incremental rebate", quarterly),
        ("east", f"{AREAS[0].name}季度固定奖", f"{AREAS[0].name_en} quarterly bonus", east),
    ]


def publish(story: Story) -> None:
    """Publish the programmes from the story's first day."""
    for key, title, title_en, document in programmes(story):
        version = policies.draft(
            SYSTEM,
            kind="rewards.programme",
            key=key,
            title=title,
            title_en=title_en,
            document=document,
            effective_from=story.start,
        )
        policies.publish(SYSTEM, version_id=version)


def settle(story: Story, report: Callable[[str], None]) -> None:
    """Settle every full quarter and year of the story; the newest quarter awaits finance; one line is disputed."""
    day, quarters, years = story.start, [], []
    while day <= story.end:
        span = quarter_of(day)
        quarters += [span.code] if span.end <= story.end else []
        years += [year_of(day).code] if year_of(day).code not in years else []
        day = span.end
    for code in years:
        _run("annual", code, approve=True)
    for number, code in enumerate(quarters, 1):
        report(code)
        _run("east", code, approve=True)
        _run("kitchen", code, approve=number < len(quarters))


def _run(programme: str, period: str, *, approve: bool) -> None:
    done = rewards.settle(PREPARER, programme=programme, period=period)
    if done.run_id and approve:
        rewards.approve(APPROVER, run_id=done.run_id)


def people(story: Story) -> list[tuple[str, str]]:
    """A log-in for each role. Returns (role, login)."""
    star = parties_read.ids_by_code([story.truth.star])[story.truth.star]
    rows = [
        ("admin", "林总管", "Lin", "all", ""),
        ("director", "周启明", "Zhou", "all", ""),
        ("regional", "林晓雯", "Lin Xiaowen", "region", AREAS[0].code),
        ("finance", "许静", "Xu Jing", "all", ""),
        ("planner", "高远", "Gao Yuan", "all", ""),
        ("auditor", "何正", "He Zheng", "all", ""),
        ("owner", "沈国强", "Shen Guoqiang", "party", str(star)),
        ("clerk", "吴小敏", "Wu Xiaomin", "party", str(star)),
    ]
    for role, name, name_en, kind, key in rows:
        accounts.create_user(
            SYSTEM,
            login=f"{role}@gongying.demo",
            name=name,
            name_en=name_en,
            role=role,
            password=PASSWORD,
            scope_kind=kind,
            scope_key=key,
        )
    return [(row[0], f"{row[0]}@gongying.demo") for row in rows]


def everything(story: Story, report: Callable[[str], None]) -> list[tuple[str, str]]:
    """Load a whole story; returns the log-ins."""
    report("network")
    load_network(SYSTEM, story=story)
    held = parties_read.ids_by_code(seat.code for seat in story.seats)
    by_code = goods_read.ids_by_code(p.code for p in story.catalogue)
    skus = [by_code[p.code] for p in story.catalogue]
    for first in range(0, len(story.sales), CHUNK):
        report(f"sales {first:,} / {len(story.sales):,}")
        post_sales(SYSTEM, sales=story.sales[first : first + CHUNK], skus=skus, held=held)
    publish(story)
    settle(story, report)
    return people(story)


def yesterday(today: date) -> date:
    """The story ends the day before."""
    return date.fromordinal(today.toordinal() - 1)
