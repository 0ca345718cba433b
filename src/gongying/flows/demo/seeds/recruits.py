"""Recruiting in the demonstration: one campaign, six applications in various states, one whole file of due diligence.

All companies are invented; their credit codes are of a division that does not exist, their telephone numbers of a segment that no
operator holds.
"""

from collections.abc import Callable
from datetime import date, timedelta

from gongying.areas.diligence import actions as diligence
from gongying.areas.diligence import queries as files
from gongying.areas.recruiting import actions as recruiting
from gongying.areas.recruiting import queries as applications
from gongying.core.actor import Actor
from gongying.core.documents.paper import Paper
from gongying.core.files import shelf

from .codes import credit_code, mobile

Who = Callable[[str], Actor]
APPLICANT = Actor("applicant", may=frozenset({"recruiting.apply"}))
COMPANIES = (
    ("云栖家电贸易", "赵敏", 3), ("之江电器商行", "钱进", 18), ("临安智选家居", "孙倩", 45), ("湖畔万家电器", "李伟", 60),
    ("天目生活电器", "周洁", 12), ("运河新电器", "吴刚", 6),
)  # fmt: skip
BRANDS = (["美多", "海风"], ["松涛"], ["海风", "星厨"], ["星厨"], ["松涛", "美多"], ["海风"])
SAMPLE = "日期,商品名称,数量,客户,金额\n"
RATED = {
    "market": (4, "能报出 26 家核心网点及月销量"), "people": (4, "销售主管在职四年，有内部培训记录"),
    "service": (3, "有两名持证工程师，48 小时内上门"), "attitude": (5, "主动提供去年全部流向数据"),
}  # fmt: skip


def tell(who: Who, region: str, today: date) -> None:
    """Tell the whole of it in a province (its code) on a day, by the director and finance."""
    director, finance = who("director"), who("finance")
    campaign = recruiting.draft_campaign(
        director, title="省内县城空白市场招商", title_en="Distributors wanted in county towns", region=region, places=3,
        opens_on=today - timedelta(days=21), closes_on=today + timedelta(days=60), channel="retail", partner_type="city",
        text="寻找熟悉县城家电渠道的合作伙伴：独立仓库、自有配送、愿意共享销售数据。",
        text_en="We look for partners who know the appliance trade of county towns: a warehouse, own delivery, shared sales data.",
    )  # fmt: skip
    token = recruiting.open_campaign(director, campaign_id=campaign)
    cities = [code for code, _name in applications.regions_for(applications.of_token(token))]
    secrets = [_lead(token, n, cities[(n + 1) % len(cities)]) for n in range(len(COMPANIES))]
    for n in range(1, len(COMPANIES)):  # the first one only left a name
        _handed(secrets[n], n, today)
    ids = [applications.of_secret(secret).pk for secret in secrets]
    recruiting.take_back(APPLICANT, secret=secrets[5])
    recruiting.assign(director, application_id=ids[4])
    recruiting.reject(director, application_id=ids[4], answer="目前该地区已有合作伙伴，欢迎明年再申请。")
    _referred(director, ids[2])
    for n in (2, 3):
        _settle(director, ids[n])
        file = _examined(director, ids[n])
        _whole(director, finance, file, n, today)
    memo = diligence.propose(
        finance, dossier_id=_file(director, ids[3]), verdict="conditional", deposit_minor=100_000_00, limit_minor=300_000_00,
        conditions="开业前缴清保证金，首年仅限零售渠道。", reason="财务稳健，团队成熟；单一大客户占比偏高，以保证金覆盖。",
        told="欢迎合作，请先缴纳保证金。",
    )  # fmt: skip
    diligence.decide(director, memo_id=memo, approve=True, answer="同意，三个月后复查客户集中度。")
    recruiting.move(director, application_id=ids[3], after="decision")
    held = files.memo(director, memo)
    recruiting.conclude(
        director,
        application_id=ids[3],
        verdict="conditional",
        document=held.number,
        answer=held.told,
        conditions=held.conditions,
    )
    diligence.propose(
        finance, dossier_id=_file(director, ids[2]), verdict="accepted", limit_minor=200_000_00, deposit_minor=60_000_00,
        reason="三年报表勾稽一致，压力情景下十二个月内不断裂，评分居前。", told="恭喜，我们将安排签约。",
    )  # fmt: skip


def _lead(token: str, n: int, region: str) -> str:
    company, name, _outlets = COMPANIES[n]
    return recruiting.apply(
        APPLICANT, token=token, company=company, region=region, name=name, phone=mobile(9000 + n), consent=True,
        source="qr" if n % 2 else "link",
    )  # fmt: skip


def _handed(secret: str, n: int, today: date) -> None:
    """The whole form with a sample of sales, handed in."""
    said = {
        "founded": today.year - 6 - n, "people": 12 + 4 * n, "sellers": 4 + n, "outlets": 40 + COMPANIES[n][2] * 4,
        "sales": 6_000_000 + 3_000_000 * n, "warehouse_m2": 300 + 150 * n, "warehouse_units": 2000 + 900 * n, "vehicles": 2 + n,
        "engineers": n, "response_hours": 24, "service_days": 6, "system": "erp" if n in (2, 3) else "excel",
        "feed": "weekly" if n in (2, 3) else "monthly", "brands": BRANDS[n], "accounts": ["县城万家超市", "镇级家电城"],
        "plan": "以县城核心商圈专柜带动乡镇网点，首年覆盖全部乡镇，每周回传流向数据。",
    }  # fmt: skip
    referees = [
        ["supplier", "某小家电品牌区域公司", "郑经理", mobile(9100 + n)],
        ["bank", "某农商行支行", "冯行长", mobile(9200 + n)],
    ]
    recruiting.fill(
        APPLICANT,
        secret=secret,
        uscc=credit_code("33", 900 + 13 * n),
        channel="retail",
        said=said,
        referees=referees,
    )
    days = [today - timedelta(days=7 * week + 3) for week in range(52 if n in (2, 3) else 9)]
    rows = [
        f"{day:%Y-%m-%d},电饭煲,{3 + n},门店{week % 7},{699 * (3 + n)}" for week, day in enumerate(reversed(days))
    ]
    file = shelf.store(
        APPLICANT, name="销售流水.csv", chunks=[(SAMPLE + "\n".join(rows)).encode()], purpose="recruiting"
    )
    recruiting.keep_sample(APPLICANT, secret=secret, file_id=file.pk)
    recruiting.hand_in(APPLICANT, secret=secret)


def _referred(director: Actor, application_id: int) -> None:
    """One referee has answered by his link."""
    row = applications.application(director, application_id)
    held = applications.references(row)[0][0]
    secret = recruiting.ask_reference(director, application_id=application_id, reference_id=held.pk)
    recruiting.answer_reference(
        APPLICANT, secret=secret, levels={"pays": 5, "keeps": 4, "market": 5, "service": 4, "people": 4}, years=5, again=True,
        who="郑经理，区域公司", text="合作五年，付款准时，乡镇网络扎实。",
    )  # fmt: skip


def _settle(director: Actor, application_id: int) -> None:
    """Answer for every conflict that blocks."""
    row = applications.application(director, application_id)
    for conflict in row.conflicts.filter(level="block", verdict=""):
        recruiting.answer_conflict(
            director, application_id=application_id, conflict_id=conflict.pk, verdict="narrowed",
            reason="仅限县城零售渠道，与现有授权错开，已书面告知相关经销商。",
        )  # fmt: skip


def _examined(director: Actor, application_id: int) -> int:
    """The file of an application, opened by who looks after it."""
    recruiting.assign(director, application_id=application_id)
    recruiting.move(director, application_id=application_id, after="examination")
    row = applications.for_flow(director, application_id)
    return diligence.open_file(
        director, company=row.company, uscc=row.uscc, region=row.region, partner_type=row.partner_type, subject=row.number,
        subject_ref=row.id, said={"profile": row.profile, "referees": row.referees},
    )  # fmt: skip


def _file(actor: Actor, application_id: int) -> int:
    row = files.by_subject(actor, applications.application(actor, application_id).number)
    assert row is not None
    return int(row.pk)


def _paper(title: str, company: str) -> int:
    """A page to look at, in the place of what would be a scan."""
    data = Paper(title, company, "示例文件").data()
    stored = shelf.store(
        APPLICANT, name=f"{title}.pdf", chunks=[data], purpose="diligence", content_type="application/pdf"
    )
    return int(stored.pk)


def _whole(director: Actor, finance: Actor, file: int, n: int, today: date) -> None:
    """Everything a decision wants: papers, registries, three years, two raters, an interview, risks."""
    row, company = files.dossier(director, file), COMPANIES[n][0]
    for item in files.checklist(row, files.rules(today)[0], today):
        until = today + timedelta(days=400 if item.kind.code == "licence" else 45) if item.kind.expires else None
        made = diligence.add_paper(
            finance, dossier_id=file, kind=item.kind.code, file_id=_paper(item.kind.name, company), expires_on=until
        )
        diligence.check_paper(director, dossier_id=file, paper_id=made, verdict="verified", remark="与原件一致")
    answers = {
        "status": {"status": "存续", "name": company, "capital": "200 万元"}, "abnormal": {"entries": "0"},
        "dishonest": {"entries": "0"}, "litigation": {"as_defendant": "1", "amount": "3.2 万元"}, "penalty": {"entries": "0"},
    }  # fmt: skip
    for code, result in answers.items():
        diligence.record_check(
            finance, dossier_id=file, check=code, result=result, file_id=_paper(f"公示页面 {code}", company)
        )
    for back in range(3):
        diligence.enter_year(
            finance, dossier_id=file, year=today.year - 1 - back, amounts=_year(n, back), audited=back < 2
        )
    for who, shift in ((director, 0), (finance, 1)):
        levels = {code: max(3, level - (shift if code == "attitude" else 0)) for code, (level, _t) in RATED.items()}
        diligence.rate(who, dossier_id=file, levels=levels, seen={code: text for code, (_l, text) in RATED.items()})
    said = {
        "strategy": "三年内做到全县覆盖，愿以本品牌为主推。", "team": "老板不在时由销售主管决策，去年无骨干离职。",
        "money": "银行授信 80 万元，客户晚付一个月可用授信周转。", "digital": "使用进销存软件，可每周导出流向。",
    }  # fmt: skip
    made = diligence.interview(director, dossier_id=file, held_on=today - timedelta(days=2), sections=said)
    diligence.sign(finance, dossier_id=file, interview_id=made)
    risks = (
        ("market", "最大客户占销售三成", 3, 4, "首年逐季压降至两成以下", 2, 4),
        ("legal", "一宗小额买卖合同纠纷", 2, 2, "", 2, 2),
        ("finance", "旺季备货资金偏紧", 3, 3, "保证金与分批提货", 2, 3),
    )
    for category, title, likely, bad, answer, likely_after, bad_after in risks:
        diligence.add_risk(
            finance, dossier_id=file, category=category, title=title, likelihood=likely, impact=bad, answer=answer,
            likelihood_after=likely_after, impact_after=bad_after,
        )  # fmt: skip


def _year(n: int, back: int) -> dict[str, int]:
    """A sound year that grows towards today, in fen; bank and tax tie out."""
    sales = (15_000_000 + 4_000_000 * n) * (100 - 8 * back)  # in fen
    part = sales // 1000
    held = {
        "cash": 70 * part, "receivables": 85 * part, "inventory": 80 * part, "fixed_assets": 60 * part, "payables": 75 * part,
        "short_debt": 20 * part, "capital": 120 * part, "retained_earnings": 80 * part, "revenue": sales, "cogs": 780 * part,
        "operating_expenses": 150 * part, "interest": 4 * part, "income_tax": 14 * part, "vat_sales": sales - 6 * part,
        "tax_paid": 14 * part, "credit_line": 800_000_00,
    }  # fmt: skip
    return held
