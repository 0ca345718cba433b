"""Pages across areas: home, distributors, one distributor, how a figure comes about."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.rewards import queries as rewards
from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.documents.sheet import xlsx
from gongying.core.doors import PORTAL, words
from gongying.core.ui import charts, links, nav, search
from gongying.core.ui.listing import XLSX, attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import money, percent
from gongying.core.words import is_chinese, pick
from gongying.engines.money import exponent

from .. import queries, rules
from ..queries.overview import Month, names, of_season
from . import figures, record

LOW = Decimal("0.8")


def _columns(months: list[Month], currency: str) -> Any:
    unit = 10 ** exponent(currency)
    bars = [
        charts.Bar(
            m.code[2:] if len(months) > 12 else m.code[5:],
            m.net_minor / unit,
            None if m.target_minor is None else m.target_minor / unit,
            f"{m.code} {money(m.net_minor, currency)} · {percent(m.attainment)}",
        )
        for m in months
    ]
    return charts.columns(bars, title=str(_("Sell-in and target by month")), chinese=is_chinese())


@page(needs="cockpit.view")
def home(request: Request) -> HttpResponse:
    """The overview; a distributor's people see their own company, its progress and its statements."""
    actor = request.actor
    if _at_home(actor):
        return _portal(request, actor)
    of = queries.season(actor, request.GET.get("year", ""), request.GET.get("currency", ""))
    view = of_season(actor, of)
    named = names(of)
    matrix = [
        (code, named.get(code, code), [(region, view.matrix.get(f"{code}|{region}")) for region in view.regions])
        for code in view.categories
    ]
    context = {
        "view": view,
        "of": of,
        "tiles": [(tile, view.provinces.get(tile.code)) for tile in rules.tiles(is_chinese())],
        "matrix": matrix,
        "regions": [(code, named.get(code, code)) for code in view.regions],
        "ranking": [*view.best, *view.last],
        "chart": _columns(view.months, of.currency),
    }
    return render(request, "cockpit/home.html", context)


@page(needs="cockpit.view")
def today(request: Request) -> HttpResponse:
    """Where orders, goods and money stand: a page of its own, and the part that a home page fetches after itself."""
    actor: Any = request.actor
    on = timezone.localdate()
    context: dict[str, Any]
    if _at_home(actor):
        (party_id,) = actor.parties
        context = {"now": queries.mine(actor, party_id, on)}
    else:
        context = {"flow": queries.flow(actor, on)}
    inside = "cockpit/_today.html" if request.headers.get("X-Panel") else "cockpit/today.html"
    return render(request, inside, context)


def _at_home(actor: Any) -> bool:
    """Whether this is somebody of one distributor, whose home page is that of the company."""
    return actor.role in PORTAL and len(actor.parties or ()) == 1


def _portal(request: HttpRequest, actor: Any) -> HttpResponse:
    (party_id,) = actor.parties
    of = queries.season(actor, request.GET.get("year", ""), request.GET.get("currency", ""))
    view = queries.party_view(actor, party_id, of)
    party = view.party
    statements = rewards.titled(rewards.statements(actor), 6)
    context = {
        "party": party,
        "v": view,
        "of": of,
        "chart": _columns(view.months, of.currency),
        "statements": statements,
        "ahead": queries.next_level(actor, party.code, of),
    }
    return render(request, "cockpit/portal.html", context)


def _list(rows: list[queries.Standing]) -> Table:
    graded = sorted({(s.level, s.level_name) for s in rows if s.level})
    regions = sorted({(s.region_code, s.region) for s in rows if s.region_code})
    return Table(
        "distributors",
        [
            Column("code", _("Code"), lambda s: s.code, sort=lambda s: s.code, phone=False),
            Column("name", _("Name"), lambda s: s.name, sort=lambda s: s.name, href=lambda s: links.to("party", s.pk)),
            Column("level", _("Level"), lambda s: s.level_name, sort=lambda s: s.level_name, href=lambda s: links.to("standing", s.pk), phone=False),
            Column("region", _("Region"), lambda s: f"{s.region} · {s.province}", sort=lambda s: s.region, phone=False),
            Column("net", _("Sell-in"), lambda s: (s.net_minor, s.currency), "money", lambda s: s.net_minor),
            Column("attainment", _("Attainment"), lambda s: s.attainment, "attained", lambda s: s.attainment),
            Column("growth", _("Growth"), lambda s: s.growth, "growth", lambda s: s.growth, phone=False),
            Column("share", _("Share"), lambda s: s.share, "percent", lambda s: s.share, phone=False),
            Column("dio", _("Days of inventory"), lambda s: s.dio, "days", lambda s: s.dio, phone=False),
            Column("rebate", _("Rebate account"), lambda s: (s.rebate_minor, s.currency), "money", lambda s: s.rebate_minor, phone=False),
        ],
        sort="-net",
        search=lambda rows, q: [
            s for s in rows if q.lower() in f"{s.code} {s.name}".lower() or s.initials.startswith(q.lower())
        ],
        filters=[
            Filter("level", _("Level"), graded, lambda rows, value: [s for s in rows if s.level == value]),
            Filter("region", _("Region"), regions, lambda rows, value: [s for s in rows if s.region_code == value]),
            Filter(
                "reach",
                _("Attainment"),
                [("low", _("below 80 %")), ("mid", _("80 to 100 %")), ("high", _("100 % and above"))],
                _reach,
            ),
            Filter(
                "trend",
                _("Growth"),
                [("up", _("growing")), ("down", _("shrinking"))],
                lambda rows, value: [s for s in rows if s.growth is not None and (s.growth < 0) == (value == "down")],
            ),
        ],
        views=[
            (_("Attainment below 80 %"), "reach=low&sort=attainment"),
            (_("Shrinking"), "trend=down&sort=growth"),
            (_("Most stock"), "sort=-dio"),
        ],
        bulk=[(_("Export selected"), "/cockpit/distributors/selected/")],
        empty=_("No distributors yet. Load them under Imports."),
    )  # fmt: skip


def _reach(rows: Any, value: str) -> Any:
    low, high = {"low": (Decimal(-99), LOW), "mid": (LOW, Decimal(1)), "high": (Decimal(1), Decimal(999))}[value]
    return [s for s in rows if s.attainment is not None and low <= s.attainment < high]


@page(needs="cockpit.view")
def distributors(request: Request) -> HttpResponse:
    """All distributors in scope with their figures of the year."""
    actor = request.actor
    of = queries.season(actor)
    rows = queries.standings(actor, of)
    return _list(rows).respond(request, rows, "cockpit/distributors.html", {"of": of})


@page(needs="cockpit.view")
def selected(request: Request) -> HttpResponse:
    """The chosen distributors as a spreadsheet; what is out of scope is simply not there."""
    actor = request.actor
    rows = queries.standings(actor, queries.season(actor))
    table = _list(rows)
    lines = [table.line(row) for row in table.chosen(request, rows)]
    return attachment(xlsx(table.name, [str(c.label) for c in table.columns], lines), "distributors.xlsx", XLSX)


@page(needs="cockpit.view")
def distributor(request: Request, party_id: int) -> HttpResponse:
    """One distributor: who he is, what he bought, what he holds, what he earned."""
    actor = request.actor
    of = queries.season(actor, request.GET.get("year", ""), request.GET.get("currency", ""))
    view = queries.party_view(actor, party_id, of)
    party = view.party
    context = {
        "party": party,
        "v": view,
        "of": of,
        "chart": _columns(view.months, of.currency),
        "statements": rewards.titled(rewards.statements(actor).filter(party_id=party.pk), 6),
        "tab": "overview",
    }
    return render(request, "cockpit/distributor.html", context)


def _lines(of: queries.Season) -> Table:
    months = [f"{year}-{month:02d}" for year in of.years for month in range(12, 0, -1)]
    groups = goods.category_choices()
    kinds = [("sale", _("sale")), ("return", _("return")), ("reversal", _("reversal"))]
    return Table(
        "lines",
        [
            Column("date", _("Date"), lambda r: r.business_date, "date", "business_date"),
            Column("document", _("Document"), lambda r: r.document, sort="document"),
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), phone=False),
            Column("quantity", _("Quantity"), lambda r: r.quantity, "num", "quantity"),
            Column("gross", _("Gross"), lambda r: (r.gross_minor, r.currency), "money", "gross_minor", phone=False),
            Column("discount", _("Discount"), lambda r: (r.discount_minor, r.currency), "money", "discount_minor", phone=False),
            Column("net", _("Net"), lambda r: (r.net_minor, r.currency), "money", "net_minor"),
            Column("kind", _("Kind"), lambda r: r.kind, "state", "kind", phone=False),
        ],
        sort="-date",
        search=lambda rows, q: rows.filter(document__icontains=q) | rows.filter(product__name__icontains=q),
        filters=[
            Filter("month", _("Month"), [(each, each) for each in months], _in_month),
            Filter("group", _("Product group"), groups, lambda rows, v: rows.filter(product__category__code=v)),
            Filter("kind", _("Kind"), kinds, lambda rows, v: rows.filter(kind=v)),
        ],
        empty=_("No sell-in yet."),
    )  # fmt: skip


def _in_month(rows: Any, month: str) -> Any:
    span = calendar.period(month)
    return rows.filter(business_date__gte=span.start, business_date__lt=span.end)


@page(needs="cockpit.view")
def lines(request: Request, party_id: int) -> HttpResponse:
    """All sell-in lines of one distributor."""
    actor = request.actor
    party, of = parties.party(actor, party_id), queries.season(actor)
    rows = trade.lines(actor, level="sell_in", start=date(1970, 1, 1), end=date(2199, 1, 1), party_id=party.pk)
    return _lines(of).respond(request, rows, "cockpit/lines.html", {"party": party, "tab": "lines"})


def _quarter(code: str) -> Column:
    """The attainment of one quarter."""

    def value(row: queries.Asked) -> Any:
        return row.quarters[code]

    return Column(code, code, value, "percent", value, phone=False)


def _targets(of: queries.Season) -> Table:
    quarters = [f"{of.year}Q{n}" for n in (1, 2, 3, 4)]
    return Table(
        "targets",
        [
            Column("name", _("Distributor"), lambda a: a.name, sort=lambda a: a.name, href=lambda a: links.to("party", a.pk)),
            Column("region", _("Region"), lambda a: a.region, sort=lambda a: a.region, phone=False),
            Column("target", _("Target of the year"), lambda a: (a.target_minor, a.currency), "money", lambda a: a.target_minor, phone=False),
            Column("net", _("Sell-in"), lambda a: (a.net_minor, a.currency), "money", lambda a: a.net_minor, phone=False),
            Column("attainment", _("Attainment"), lambda a: a.attainment, "attained", lambda a: a.attainment),
            *map(_quarter, quarters),
            Column("gap", _("Ahead or behind"), lambda a: (a.gap_minor, a.currency), "money", lambda a: a.gap_minor),
            Column("landing", _("Year would end at"), lambda a: (a.landing_minor, a.currency), "money", lambda a: a.landing_minor, phone=False),
        ],
        sort="attainment",
        search=lambda rows, q: [a for a in rows if q.lower() in f"{a.code} {a.name}".lower()],
        filters=[Filter("reach", _("Attainment"), [("low", _("below 80 %")), ("mid", _("80 to 100 %")), ("high", _("100 % and above"))], _reach)],
        views=[(_("Attainment below 80 %"), "reach=low"), (_("100 % and above"), "reach=high&sort=-attainment")],
        empty=_("No targets for this year yet. Load them under Imports."),
    )  # fmt: skip


@page(needs="cockpit.view")
def targets(request: Request) -> HttpResponse:
    """Targets and attainment by distributor and quarter."""
    actor = request.actor
    of = queries.season(actor, request.GET.get("year", ""), request.GET.get("currency", ""))
    return _targets(of).respond(request, queries.targets(actor, of), "cockpit/targets.html", {"of": of})


def _hits(actor: Any, wanted: str) -> Any:
    for p in parties.parties(actor, wanted)[: search.MOST]:
        yield search.Hit(_("Distributors"), pick(p.name, p.name_en), links.to("party", p.pk), "store", p.code)


root = home
search.register(_hits)
links.home("party", "cockpit:distributor")
links.home("targets", "cockpit:targets")
urlpatterns = [
    path("today/", today, name="today"),
    path("distributors/", distributors, name="distributors"),
    path("distributors/selected/", selected, name="selected"),
    path("distributors/<int:party_id>/", distributor, name="distributor"),
    path("distributors/<int:party_id>/lines/", lines, name="lines"),
    path("distributors/<int:party_id>/stock/", record.stock, name="stock"),
    path("distributors/<int:party_id>/prices/", record.prices, name="prices"),
    path("distributors/<int:party_id>/activity/", record.activity, name="activity"),
    path("targets/", targets, name="targets"),
    path("figures/<slug:metric>/", figures.figure, name="figure"),
]
nav.register(
    nav.NavItem(_("Overview"), "/", "cockpit.view", 10, icon="home"),
    nav.NavItem(_("Distributors"), "/cockpit/distributors/", "cockpit.view", 20, icon="store", portal=False),
    nav.NavItem(_("Targets"), "/cockpit/targets/", "cockpit.view", 25, "sales", "target"),
)
words(
    "cockpit",
    _("Overview and distributors"),
    {
        "view": _("Read figures and distributors of one's own scope, and export them"),
    },
)
