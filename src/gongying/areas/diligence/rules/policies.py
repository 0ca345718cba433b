"""The rules of due diligence as a policy: papers by partner type and region, criteria with anchors and weights, limits."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines import weights

CODE = r"^[a-z][a-z0-9_]{0,29}$"


class PaperKind(BaseModel):
    """A paper that is asked for: of which partners and in which regions (none: all), whether a decision waits for it, whether it
    expires, and how many days before one is warned."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern=CODE)
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(default="", max_length=80)
    types: list[str] = Field(default=[], max_length=10)
    regions: list[str] = Field(default=[], max_length=100)
    blocking: bool = True
    expires: bool = False
    warn_days: int = Field(default=30, ge=0, le=365)

    def is_for(self, partner_type: str, regions: Collection[str]) -> bool:
        """Whether it is asked of a partner of a type in a region (its code and those above it)."""
        return (not self.types or partner_type in self.types) and (
            not self.regions or bool(set(self.regions) & set(regions))
        )


class Criterion(BaseModel):
    """What is judged, with words for the levels 1, 3 and 5. A `computed` one follows from the statements; nobody rates it."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern=CODE)
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(default="", max_length=80)
    low: str = Field(default="", max_length=160)
    low_en: str = Field(default="", max_length=200)
    middle: str = Field(default="", max_length=160)
    middle_en: str = Field(default="", max_length=200)
    high: str = Field(default="", max_length=160)
    high_en: str = Field(default="", max_length=200)
    computed: bool = False


class Pair(BaseModel):
    """One criterion is so many times as important as another: 1/9 to 9."""

    model_config = ConfigDict(extra="forbid")
    one: str
    other: str
    times: Decimal = Field(ge=Decimal("0.1111"), le=9)


def _paper(code: str, name: str, name_en: str, **more: object) -> PaperKind:
    return PaperKind.model_validate({"code": code, "name": name, "name_en": name_en} | more)


def _criterion(code: str, name: str, name_en: str, *anchors: str, computed: bool = False) -> Criterion:
    names = ("low", "low_en", "middle", "middle_en", "high", "high_en")
    return Criterion.model_validate(
        {"code": code, "name": name, "name_en": name_en, "computed": computed}
        | dict(zip(names, anchors, strict=False))
    )


def default_papers() -> list[PaperKind]:
    """The papers that are usual."""
    return [
        _paper("licence", "营业执照", "Business licence", expires=True),
        _paper("accounts", "近三年审计报告", "Audited accounts of three years"),
        _paper("tax", "近三年纳税申报", "Tax returns of three years"),
        _paper("bank", "近十二个月银行流水", "Bank statements of twelve months"),
        _paper("account_permit", "开户许可证", "Bank account permit", blocking=False),
        _paper("lease", "仓库租赁合同", "Lease of the warehouse", blocking=False, expires=True, warn_days=90),
        _paper("service", "服务资质证书", "Service certificate", types=["service"], expires=True),
        _paper("platform", "平台经营许可", "Licence of the platform", types=["online"], expires=True),
        _paper("labour", "社保缴纳证明", "Proof of social insurance", blocking=False),
    ]


def default_criteria() -> list[Criterion]:
    """The criteria that are usual."""
    return [
        _criterion("finance", "财务实力", "Financial strength", computed=True),
        _criterion(
            "market", "市场理解与网络", "Market and network", "说不清客户与网点", "cannot name customers and outlets",
            "熟悉主要客户", "knows its main customers", "有网点数据并能说明趋势", "has data of outlets and explains the trend",
        ),
        _criterion(
            "people", "团队能力", "People", "依赖老板一人", "hangs on the owner alone", "有分工", "has a division of labour",
            "稳定团队并有培训", "a steady team that is trained",
        ),
        _criterion(
            "service", "售后服务", "Service after the sale", "没有流程", "no procedure", "有响应时限", "has a time to answer",
            "有记录且闭环", "keeps records and closes each case",
        ),
        _criterion(
            "attitude", "合作意愿与规范", "Will and rules", "只谈价格", "speaks of the price alone", "接受规则", "accepts the rules",
            "主动提供数据与计划", "offers data and a plan by itself",
        ),
    ]  # fmt: skip


def default_pairs() -> list[Pair]:
    """How the usual criteria weigh, pair by pair."""
    said = {
        ("finance", "market"): "2", ("finance", "people"): "3", ("finance", "service"): "3", ("finance", "attitude"): "4",
        ("market", "people"): "2", ("market", "service"): "2", ("market", "attitude"): "2", ("people", "service"): "1",
        ("people", "attitude"): "1", ("service", "attitude"): "1",
    }  # fmt: skip
    return [Pair(one=one, other=other, times=Decimal(times)) for (one, other), times in said.items()]


class Rules(BaseModel):
    """What holds for every file. Shares are fractions, levels 1 to 5, the budget is major units a file."""

    model_config = ConfigDict(extra="forbid")
    papers: list[PaperKind] = Field(default_factory=default_papers, min_length=1, max_length=60)
    criteria: list[Criterion] = Field(default_factory=default_criteria, min_length=2, max_length=10)
    pairs: list[Pair] = Field(default_factory=default_pairs, max_length=45)
    tolerance: Decimal = Field(default=Decimal("0.05"), ge=0, le=1)
    vat_rate: Decimal = Field(default=Decimal("0.13"), ge=0, le=1)
    rounding: Decimal = Field(default=Decimal(1), ge=0, le=10**6)  # major units by which sums may be out
    months: int = Field(default=12, ge=3, le=36)
    runs: int = Field(default=1000, ge=100, le=5000)
    demand_spread: Decimal = Field(default=Decimal("0.15"), ge=0, le=1)
    price_spread: Decimal = Field(default=Decimal("0.03"), ge=0, le=1)
    recheck_days: int = Field(default=30, ge=1, le=365)
    budget: Decimal = Field(default=Decimal(200), ge=0, le=10**6)
    group: int = Field(default=5, ge=5, le=100)
    accept_from: Decimal = Field(default=Decimal("3.5"), ge=1, le=5)
    condition_from: Decimal = Field(default=Decimal("2.5"), ge=1, le=5)
    worst: int = Field(default=15, ge=4, le=25)  # likelihood times impact left, from which nobody is accepted
    limit_share: Decimal = Field(default=Decimal("0.1"), ge=0, le=2)
    deposit_share: Decimal = Field(default=Decimal("0.3"), ge=0, le=1)

    def weigh(self) -> weights.Ahp:
        """The weights of the criteria by their comparisons. Raises ValueError where a pair lacks."""
        names = [each.code for each in self.criteria]
        said = {(pair.one, pair.other): pair.times for pair in self.pairs if {pair.one, pair.other} <= set(names)}
        return weights.ahp(said)

    def paper(self, code: str) -> PaperKind | None:
        """The kind of paper with a code."""
        return next((each for each in self.papers if each.code == code), None)

    def criterion(self, code: str) -> Criterion | None:
        """The criterion with a code."""
        return next((each for each in self.criteria if each.code == code), None)


def lint(rules: Rules) -> list[Finding]:
    """Errors: codes twice, a pair that lacks or stands twice, comparisons that contradict each other, bounds out of order. Warns of
    criteria without words for their levels."""
    found = []
    for field, codes in (
        ("papers", [each.code for each in rules.papers]),
        ("criteria", [each.code for each in rules.criteria]),
        ("pairs", [tuple(sorted((pair.one, pair.other))) for pair in rules.pairs]),
    ):
        if len(set(codes)) < len(codes):
            found.append(Finding("error", "twice", _("A code stands twice."), field))
    try:
        weighed = rules.weigh()
    except ValueError as fault:
        said = _("Compare each pair of criteria once: %(fault)s.") % {"fault": fault}
        found.append(Finding("error", "pairs", said, "pairs"))
    else:
        if set(weighed.weights) != {each.code for each in rules.criteria}:
            found.append(Finding("error", "pairs", _("A criterion is compared with none."), "pairs"))
        elif not weighed.consistent:
            one, other, _said, meant = weighed.worst[0]
            words = {"ratio": f"{weighed.ratio:.2f}", "one": one, "other": other, "meant": f"{meant:.1f}"}
            text = _(
                "The comparisons contradict each other (CR %(ratio)s): %(one)s to %(other)s is rather %(meant)s."
            )
            found.append(Finding("error", "consistency", text % words, "pairs"))
    if rules.condition_from > rules.accept_from:
        text = _("Acceptance begins above acceptance on conditions.")
        found.append(Finding("error", "bounds", text, "accept_from"))
    for each in rules.criteria:
        if not each.computed and not (each.low and each.middle and each.high):
            said = _("%(name)s has no words for its levels.") % {"name": each.name}
            found.append(Finding("warning", "anchors", said, "criteria"))
    return found


def default_rules() -> Rules:
    """The house's own rules, where nothing is published."""
    return Rules()


RULES = register(
    Kind("diligence.rules", _("Rules of due diligence"), Rules, lint, scopes=("network",), key="diligence")
)
