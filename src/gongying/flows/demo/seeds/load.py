"""Enter the story the way it happened: people, network and programmes first, then paper by paper and, on their days,
the settlements, by the people who would do it.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from secrets import token_urlsafe

from gongying.areas.accounts import actions as accounts
from gongying.areas.imports import actions as imports
from gongying.areas.rewards import actions as rewards
from gongying.areas.rewards import queries as rewards_queries
from gongying.areas.targets import actions as targets
from gongying.areas.targets import queries as target_queries
from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.lake import post as lake
from gongying.books.parties import post as parties
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User
from gongying.core.policies import actions as policies
from gongying.core.ui import actions as reading

from .. import actions
from . import accruing, agreements, documents, funding, ground, honours, house, keeping, letters, loyalty, papers
from .brand import CATEGORIES
from .clock import Clock
from .declaring import Reporter
from .logins import Login, logins
from .paper import Sale
from .programmes import Programme, Round, drafted, programmes, timetable
from .recruits import tell as recruit
from .story import SEED, Story
from .today import Today
from .trading import Trader

CHUNK = 10_000
MONTHS = 4  # with that of the last day: for so long deliveries go through orders
LOADER = SYSTEM.through("cli")
Report = Callable[[str, int, int], None]


@dataclass(slots=True)
class Loader:
    """One load: the story, whom to tell of progress (`report(what, done, of)`), and the ids given so far."""

    story: Story
    report: Report
    people: list[Login] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    goods: list[int] = field(default_factory=list)
    by_file: list[Sale] = field(default_factory=list)  # sales that a distributor sends himself
    months: int = MONTHS
    _known: dict[str, Actor] = field(default_factory=dict)
    clock: Clock = field(init=False)
    trader: Trader = field(init=False)
    marketing: funding.Marketing = field(init=False)
    loyal: loyalty.Loyalty = field(init=False)
    carried: dict[str, documents.Paper] = field(default_factory=dict)
    backs: dict[str, documents.Back] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock(self.story.start)

    def everything(self) -> list[Login]:
        """Load the whole story. Raises Refused when an earlier load was cut off."""
        gc.freeze()  # the story stays until the end: looking through its million pieces again and again takes long
        try:
            with self.clock.running():
                return self._everything()
        finally:
            gc.unfreeze()

    def _everything(self) -> list[Login]:
        sync_roles()
        self.people = logins(self.story.seats, SEED)
        self._network()
        for login in self.people[:-1]:
            self._person(login)
        self._catalogue()
        self._agreements()
        self._programmes()
        self._house()
        self._trade()
        self._levels()
        self._today()
        self._plan()
        self._answers()
        self._letters()
        self._person(self.people[-1])
        return self.people

    def _network(self) -> None:
        story = self.story
        self.report("network", 0, 1)
        self.ids = actions.enter_network(
            LOADER,
            regions=list(agreements.region_rows()),
            distributors=[self._distributor(seat.code, seat.city.adcode) for seat in story.seats],
            supplied_by={seat.code: seat.above for seat in story.seats if seat.above},
            since=story.start,
        )

    def _distributor(self, code: str, adcode: str) -> parties.PartyIn:
        company = self.story.companies[code]
        return parties.PartyIn(
            code=code,
            name=company.name,
            name_en=company.name_en,
            uscc=company.credit_code,
            region=adcode,
            contact=company.contact,
            phone=company.phone,
            opened_on=company.since,
        )

    def _person(self, login: Login) -> None:
        kind = "party" if login.seat else "region" if login.area else "all"
        accounts.create_user(
            LOADER,
            login=login.login,
            name=login.name,
            name_en=login.name_en,
            role=login.role,
            password=token_urlsafe(24),
            scope_kind=kind,
            scope_key=str(self.ids[login.seat]) if login.seat else login.area,
        )
        actions.print_password(LOADER, login=login.login, password=login.password)

    def _catalogue(self) -> None:
        self.report("products", 0, len(self.story.catalogue))
        names = {category.code: category for category in CATEGORIES}
        rows = [
            goods.ProductIn(
                code=product.code,
                name=product.name,
                name_en=product.name_en,
                category=product.category,
                category_name=names[product.category].name,
                category_name_en=names[product.category].name_en,
                case=product.case,
            )
            for product in self.story.catalogue
        ]
        actions.enter_products(LOADER, rows=rows)
        ids = goods_read.ids_by_code(product.code for product in self.story.catalogue)
        self.goods = [ids[product.code] for product in self.story.catalogue]

    def _agreements(self) -> None:
        """Price lists, territories and targets: what both sides agreed on before they traded."""
        actions.enter_prices(LOADER, rows=list(agreements.price_rows(self.story, self.goods)))
        actions.enter_territories(LOADER, rows=list(agreements.territory_rows(self.story, self.ids)))
        rows = list(agreements.target_rows(self.story, self.ids))
        self.report("targets", 0, len(rows))
        actions.enter_targets(LOADER, rows=rows)

    def _house(self) -> None:
        """Choose which deliveries go through orders, and write the timetable of their papers and of the stock counts."""
        story, since = self.story, documents.begins(self.story.end, self.months, self.story.start)
        self.carried = documents.papers(story, since)
        self.backs = documents.sent_back(story, self.carried, since)
        held = list(self.carried.values())
        owners = {login.seat: login.login.split("@")[0] for login in self.people if login.role == "owner"}
        self.trader = Trader(story, self.clock, self.ids, self._actor, owners)
        self.trader.at(since, 0, lambda: self._open_house(held, since))
        self.trader.plan(held, self.backs.values(), ground.receipts(story, held, since))
        self.trader.plan_payments(since, story.end)
        Reporter(story, self.ids, self.goods, self._actor, owners).plan(self.trader)
        papers.Desk(self.trader).plan(story.end)
        self.loyal = loyalty.Loyalty(self.trader)
        self.loyal.plan()
        self.marketing = funding.Marketing(self.trader)
        self.marketing.plan()
        keeping.Keeping(self.trader).plan(since)

    def _open_house(self, held: list[documents.Paper], since: date) -> None:
        self.trader.sites = house.set_up(self.story, self.ids, self.goods, self._actor, since)
        house.grant(self.story, self.ids, self._actor, held, since)
        house.take_over(self.story, self._actor, held, since)

    def _levels(self) -> None:
        """The tier programme with its reviews, stars, awards."""
        story, owners = self.story, [self._actor(p.login.split("@")[0]) for p in self.people if p.role == "owner"]
        honours.levels(self._actor, story.start, story.end)
        honours.star_year(self._actor, owners, story.start, story.end)
        jury = [self._actor(name).user_id or 0 for name in honours.JURY]
        honours.award_rounds(self._actor, owners, jury, story.end)

    def _plan(self) -> None:
        """Next year's targets, drawn from history, adjusted in one place, before the director."""
        planner, year = self._actor("planner"), str(self.story.end.year + 1)
        plan_id = targets.draft(planner, year=year, growth=Decimal("0.12"), title=f"{year} 年度目标")
        row = target_queries.asked(planner, target_queries.plan_row(plan_id))[0]
        group = target_queries.groups(planner, target_queries.plan_row(plan_id), row.party_id)[0].line
        raised = group.amount_minor * 6 // 5
        targets.adjust(
            planner,
            plan_id=plan_id,
            party_id=row.party_id,
            category=group.category,
            amount_minor=raised,
            reason="新增两家商超门店",
        )
        targets.submit(planner, plan_id=plan_id)

    def _programmes(self) -> None:
        planner, director = self._actor("planner"), self._actor("director")
        for each in programmes(self.story.start, self.story.end):
            version = self._draft(planner, each)
            rewards.replay(planner, version_id=version, period=str(each.since.year - 1))
            policies.publish(director, version_id=version)
        self._draft(planner, drafted(self.story.start, self.story.end))

    def _draft(self, planner: Actor, each: Programme) -> int:
        return policies.draft(
            planner,
            kind="rewards.programme",
            key=each.key,
            title=each.title,
            title_en=each.title_en,
            document=each.document,
            effective_from=each.since,
            effective_to=each.until,
            note=each.note,
        )

    def _trade(self) -> None:
        """Papers in the order they became known, interrupted by settlements on their days."""
        waiting = timetable(self.story.start, self.story.end)
        self.by_file = letters.last_week(self.story)
        left_out = set(self.by_file)
        ordered = self.carried.keys() | self.backs.keys()
        sales = [sale for sale in self.story.sales if sale not in left_out and sale.document not in ordered]
        done, total = 0, len(sales)
        for known_until, chunk in chunks(sales, [*(each.day for each in waiting), *self._each_day()]):
            while waiting and waiting[0].day < known_until:
                self._settle(waiting.pop(0))
            self.trader.until(chunk[0].known_on - timedelta(days=1))
            self.clock.set(chunk[-1].known_on)
            actions.enter_lines(LOADER, rows=[self._line(sale) for sale in chunk])
            done += len(chunk)
            self.report("lines", done, total)
        for each in waiting:
            self._settle(each)
        self.trader.until(self.story.end)

    def _today(self) -> None:
        """Tell what happened so far (levels, messages), then the open work of the morning after."""
        today = self.story.end + timedelta(days=1)
        self.trader.tell()
        for login in self.people[:-1]:
            reading.read_notices(self._actor(login.login.split("@")[0]))
        self.clock.set(today, 9)
        Today(self.trader, self.goods, today).everything()
        self.loyal.morning()
        self.marketing.morning()
        recruit(self._actor, "330000", today)

    def _each_day(self) -> Iterator[date]:
        """The days on which orders run beside the lines: then lines are entered day by day."""
        day = documents.begins(self.story.end, self.months, self.story.start)
        while day <= self.story.end:
            yield day
            day += timedelta(days=1)

    def _line(self, sale: Sale) -> trade.LineIn:
        return trade.LineIn(
            level=sale.level,
            business_date=sale.day,
            party_id=self.ids[sale.party],
            product_id=self.goods[sale.product],
            quantity=sale.quantity,
            currency="CNY",
            gross_minor=sale.gross,
            discount_minor=sale.discount,
            document=sale.document,
            line_no=str(sale.line),
            tax_minor=sale.tax,
            freight_minor=sale.freight,
            kind=sale.kind,
            counterparty=sale.buyer,
            place=sale.place,
        )

    def _settle(self, each: Round) -> None:
        """A run by the director, decided by finance; nothing to settle (or, without a programme, to accrue) makes no run."""
        self.trader.until(each.day)
        self.clock.set(each.day, 18)
        lake.refresh()
        if not each.programme:
            return accruing.accrue(self._actor("director"), self._actor("finance"), each)
        made = rewards.settle(self._actor("director"), programme=each.programme, period=each.period, as_of=each.day)
        if made.run_id is not None and each.approved:
            rewards.approve(self._actor("finance"), run_id=made.run_id)

    def _answers(self) -> None:
        """The distributors with a log-in confirm their statements; the star objects to a line of its newest one.

        An older objection of the star's was upheld by finance, and waits to be confirmed.
        """
        for login in self.people:
            if login.role != "owner":
                continue
            owner = self._actor(login.login.split("@")[0])
            rows = list(rewards_queries.statements(owner))
            ids = [row.pk for row in rows]
            if login.seat == self.story.truth.star and ids:
                by_piece = [row.pk for row in rows if row.run.programme == "robots"] or ids
                ids.remove(by_piece[0])
                self._dispute(owner, by_piece[0], "单据 {} 的数量与我司入库单不符，请核对后重新结算。")
                self._ruled(self._dispute(owner, ids[0], "单据 {} 有两台因运输破损当场退回，计算基数应扣减。"))
            for statement in ids[2:]:  # the newest are still unread
                rewards.confirm(owner, statement_id=statement)

    def _letters(self) -> None:
        """A distributor's own file with three faults, next year's prices for the background, and a file just sent."""
        story, owner, planner = self.story, self._actor(self._star()), self._actor("planner")
        sold = letters.sales_file(self.by_file, story)
        clerk = next((p for p in self.people if p.seat == story.truth.star and p.role == "clerk"), None)
        sender = self._actor(clerk.login.split("@")[0]) if clerk else owner
        self._file(sender, "sell_out", "上周终端销售.csv", sold)
        self._file(
            planner, "price_lists", f"{story.end.year + 1} 年经销价.xlsx", letters.price_file(story), later=True
        )
        self._file(owner, "stock_declarations", "库存盘点.xlsx", letters.count_file(story), draft=True)

    def _star(self) -> str:
        """The log-in of the star's owner."""
        return next(p.login for p in self.people if p.seat == self.story.truth.star and p.role == "owner").split(
            "@"
        )[0]

    def _file(
        self, actor: Actor, kind: str, name: str, content: bytes, *, later: bool = False, draft: bool = False
    ) -> None:
        stored = shelf.store(actor, name=name, chunks=[content], purpose="import")
        batch = imports.receive(actor, kind=kind, file_id=stored.pk, background=later, draft=draft)
        if not later and not draft:
            imports.work_off(actor, batch)

    def _dispute(self, owner: Actor, statement: int, reason: str) -> int:
        """An objection to the smallest line of a statement, naming its document."""
        lines = rewards_queries.statement_lines(owner, statement_id=statement, limit=200)
        line = min(lines, key=lambda each: each.net_minor)
        return rewards.dispute(owner, statement_id=statement, reason=reason.format(line.document), line_id=line.id)

    def _ruled(self, dispute: int) -> None:
        rewards.rule(
            self._actor("finance"),
            dispute_id=dispute,
            verdict="upheld",
            answer="已与仓库和承运商核对，签收单上有破损记录，异议成立。",
            correction="按签收单补录退货两台，下一次结算自动调整差额。",
        )

    def _actor(self, local: str) -> Actor:
        """The person with this log-in, as the command line."""
        if local not in self._known:
            login = next(each.login for each in self.people if each.login.split("@")[0] == local)
            self._known[local] = actor_for(User.objects.get(login=login), via="cli")
        return self._known[local]


def is_loaded(story_logins: list[Login]) -> bool:
    """Whether a load was finished here: the auditor's log-in is opened last."""
    return User.objects.filter(login=story_logins[-1].login).exists()


def chunks(sales: list[Sale], stops: list[date]) -> Iterator[tuple[date, list[Sale]]]:
    """Stretches of lines with the day their first became known; cut at `stops`, at the size limit, and before a
    second version of a line that is in the stretch already (one posting keeps only the last).
    """
    cuts = sorted(set(stops), reverse=True)
    held: list[Sale] = []
    keys: set[tuple[str, int]] = set()
    for sale in sales:
        crossed = bool(cuts) and sale.known_on > cuts[-1]
        while cuts and sale.known_on > cuts[-1]:
            cuts.pop()
        twice = sale.revision > 1 and (sale.document, sale.line) in keys
        if held and (crossed or twice or len(held) >= CHUNK):
            yield held[0].known_on, held
            held, keys = [], set()
        held.append(sale)
        keys.add((sale.document, sale.line))
    if held:
        yield held[0].known_on, held
