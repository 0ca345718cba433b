"""Levels, stars and awards: the programmes, last year's review and this year's, the stars of the years that are over, one award that
was published and one that is being judged.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from gongying.areas.awards import actions as awards
from gongying.areas.stars import actions as stars
from gongying.areas.stars import queries as star_queries
from gongying.areas.tiers import actions as tiers
from gongying.books.lake import post as lake
from gongying.core.actor import Actor
from gongying.core.policies import actions as policies

from . import tiers as programme

Who = Callable[[str], Actor]
JURY = ("planner", "finance", "regional")


def _policy(who: Who, kind: str, key: str, names: tuple[str, str], document: dict[str, Any], since: date) -> int:
    return policies.draft(
        who("planner"),
        kind=kind,
        key=key,
        title=names[0],
        title_en=names[1],
        document=document,
        effective_from=since,
    )


def levels(who: Who, start: date, end: date) -> None:
    """The tier programme with its fund, its reviews, and next year's draft, tried and not yet published."""
    planner, director = who("planner"), who("director")
    fund = _policy(
        who,
        "funds.fund",
        programme.FUND_KEY,
        (programme.FUND_TITLE, programme.FUND_TITLE_EN),
        programme.FUND,
        start,
    )
    policies.publish(director, version_id=fund)
    names = (programme.TITLE, programme.TITLE_EN)
    version = _policy(who, "tiers.programme", programme.KEY, names, programme.DOCUMENT, start)
    lake.refresh()
    tiers.simulate(planner, version_id=version, period=str(end.year), as_of=end)
    policies.publish(director, version_id=version)
    for day, period, approved in programme.reviewed(start, end):
        made = tiers.review(planner, programme=programme.KEY, period=period, as_of=day)
        if approved and made.review_id is not None:
            tiers.approve(director, review_id=made.review_id)
    later = date(end.year + 1, 1, 1)
    following = _policy(who, "tiers.programme", programme.KEY, (f"{later.year} {names[0]}", f"{later.year} {names[1]}"), programme.harder(), later)  # fmt: skip
    tiers.simulate(planner, version_id=following, period=str(end.year), as_of=end)


STARS: dict[str, Any] = {
    "metric": "sell_in",
    "at_least": "1000000",
    "stars": [
        {"code": "one", "name": "一星经销商", "name_en": "One star", "years": 1},
        {"code": "three", "name": "三星经销商", "name_en": "Three stars", "years": 3},
        {"code": "five", "name": "五星经销商", "name_en": "Five stars", "years": 5},
    ],
    "reasons": [
        {"code": "disaster", "name": "自然灾害", "name_en": "Natural disaster"},
        {"code": "relocation", "name": "仓库搬迁", "name_en": "Warehouse moved"},
    ],
    "most_excused": 1,
    "bonus_first": 1,
    "bonus_low": "0.001",
    "bonus_high": "0.005",
    "bonus_over": 4,
    "renewal_years": 1,
    "renewal_months": 12,
}


def star_year(who: Who, owners: Sequence[Actor], start: date, end: date) -> None:
    """The star programme, the stars of last year if the story reaches back, and a gap that somebody asks to have excused."""
    first = start.year if start.month == 1 else start.year + 1
    since = min(first, end.year - 1)
    made = _policy(who, "stars.programme", "stars", ("星级经销商计划", "Star distributors"), STARS | {"since_year": since}, date(since, 1, 1))  # fmt: skip
    policies.publish(who("director"), version_id=made)
    run = stars.run(who("director"), year=end.year - 1, as_of=end)
    if run.run_id is not None:
        stars.approve(who("finance"), run_id=run.run_id)
    earned = star_queries.newest(who("planner"))
    without = [o for o in owners if o.parties and not {row.party_id for row in earned} & o.parties]
    for owner in without[:1]:
        party = next(iter(owner.parties or ()))
        stars.ask_excuse(
            owner, party_id=party, year=end.year - 1, reason="relocation", note="上半年仓库搬迁，停业两个月。"
        )


def _category(prize: str, *criteria: tuple[str, str, str, str, str, str, str, str]) -> dict[str, Any]:
    names = ("code", "name", "name_en", "weight", "low", "low_en", "high", "high_en")
    return {
        "criteria": [dict(zip(names, row, strict=True)) for row in criteria],
        "min_jurors": 3,
        "trim": 1,
        "prize": prize,
    }


INNOVATION = _category(
    "50000",
    ("new", "新颖性", "Novelty", "2", "行业常见做法", "common in the trade", "行业首创", "first in the trade"),
    ("effect", "成效", "Effect", "2", "没有数据", "no figures", "数据证明显著增长", "growth proved by figures"),
    ("copy", "可推广性", "Can be copied", "1", "仅适用于本地", "here only", "全网可复制", "by the whole network"),
)
STRATEGIC = _category(
    "0",
    (
        "focus",
        "战略契合",
        "Fits the strategy",
        "3",
        "无关",
        "unrelated",
        "直接推动年度战略",
        "moves the year's strategy",
    ),
    ("effort", "投入", "Effort", "1", "顺带为之", "by the way", "专门团队与资金", "a team and money of its own"),
)
DEEDS = (
    "在三家核心门店试点“以旧换新”体验区，三个月内老客户复购明显提升，做法已整理成手册。",
    "自建本地直播团队，每周两场，带动空气炸锅等新品首销，并把素材共享给周边同行。",
    "与物业合作进入新交付小区，集中安装与讲解，服务评价保持满分。",
)


def award_rounds(who: Who, owners: Sequence[Actor], jurors: Sequence[int], end: date) -> None:
    """Two awards: the strategic one of the spring was published, the one for innovation is before its jury."""
    for key, names, document in (
        ("innovation", ("创新奖", "Innovation award"), INNOVATION),
        ("strategic", ("战略贡献奖", "Strategic contribution award"), STRATEGIC),
    ):
        made = _policy(who, "awards.category", key, names, document, date(end.year, 1, 1))
        policies.publish(who("director"), version_id=made)
    director = who("director")
    done = _round(
        who,
        owners,
        jurors,
        "strategic",
        ("年度战略贡献奖", "Strategic contribution award"),
        end - timedelta(days=60),
    )
    _judge(who, director, done, ((4, 3, 2), (5, 3, 3), (4, 2, 3)))
    awards.close(director, round_id=done[0], on=end - timedelta(days=20))
    awards.publish(who("finance"), round_id=done[0], on=end)
    running = _round(
        who, owners, jurors, "innovation", ("年度创新奖", "Innovation award"), end - timedelta(days=22)
    )
    _judge(who, director, running, ((4, 3, 4), (3, 5, 4)))


def _round(
    who: Who, owners: Sequence[Actor], jurors: Sequence[int], category: str, names: tuple[str, str], opened: date
) -> tuple[int, list[int], date]:
    """A round with its nominations, put before the jury the day after they ended."""
    until = opened + timedelta(days=14)
    number = awards.open_round(
        who("director"), category=category, year=opened.year, title=f"{opened.year} {names[0]}", title_en=f"{names[1]} {opened.year}",
        nominate_until=until, judge_until=until + timedelta(days=30), jurors=list(jurors), on=opened,
    )  # fmt: skip
    made = [
        awards.nominate(owner, round_id=number, party_id=next(iter(owner.parties or ())), summary=deed, on=opened + timedelta(days=3))
        for owner, deed in zip(owners, DEEDS, strict=False)
    ]  # fmt: skip
    return number, made, until + timedelta(days=1)


def _judge(who: Who, director: Actor, each: tuple[int, list[int], date], marks: Sequence[tuple[int, ...]]) -> None:
    """The jury's marks: of each juror one figure a nomination, given for every criterion."""
    number, nominated, day = each
    awards.begin_judging(director, round_id=number, on=day)
    codes = [row["code"] for row in (INNOVATION if len(marks) < len(JURY) else STRATEGIC)["criteria"]]
    for name, given in zip(JURY, marks, strict=False):
        for place, nomination in enumerate(nominated):
            value = given[place % len(given)]
            awards.mark(who(name), nomination_id=nomination, given=dict.fromkeys(codes, value), note="")
