"""What a promotion is and what it gives: the terms and the answers of `promotions`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .ladders import Tier

Packs = Mapping[str, Mapping[str, int]]  # product -> pack code -> base units in it
FORMS = ("buy_get", "steps", "bundle")
REWARDS = ("gift", "percent", "amount", "per_unit")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a basket: base units of a product and what they cost before any promotion."""

    key: str
    product: str
    group: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Goods:
    """Which goods count: products or groups that are named (nothing named is everything), without some."""

    products: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def hold(self, item: Item) -> bool:
        """Whether a line counts."""
        named = item.product in self.products or item.group in self.groups
        return item.product not in self.without and (named or not (self.products or self.groups))


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of a promotion: for one customer (cap) and for everybody (budget), in free base units and in minor units of
    discount; None is no limit."""

    cap_units: int | None = None
    cap_value: int | None = None
    budget_units: int | None = None
    budget_value: int | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion.

    buy_get: of every `buy` counted, `get` gift units. steps: the ladder `steps` on what was counted. bundle: `rate` for every
    whole set of `parts` (product, counted units). `basis` quantity counts whole `unit`s ("" is a base unit), value counts
    minor units. `rate` of a step or bundle is a fraction (percent), minor units once (amount) or for each unit (per_unit), or
    gift units (gift). `gift` "" is the product that was bought.
    """

    code: str
    form: str
    goods: Goods
    reward: str
    basis: str = "quantity"
    unit: str = ""
    buy: int = 0
    get: int = 0
    together: bool = False
    method: str = "slab"
    steps: tuple[Tier, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    rate: Decimal = Decimal(0)
    gift: str = ""
    gift_unit: str = ""
    cumulative: bool = False
    after: frozenset[str] = frozenset()
    against: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Progress:
    """What was counted and given before: to this customer (own) and to everybody (all)."""

    counted: int = 0
    own_units: int = 0
    own_value: int = 0
    all_units: int = 0
    all_value: int = 0


@dataclass(frozen=True, slots=True)
class Gift:
    """Free goods that hang on a line; `value` is what they would cost, `limits` what made them fewer than earned."""

    line: str
    product: str
    units: int
    value: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What one promotion gives: the discount of every line, gifts, and how it came.

    `counted` is its measure of this basket after `before`; `reached` the step (None: none); `earned` and `earned_units` what
    it would give without limits, `limits` the names of those that held.
    """

    code: str
    counted: int
    before: int
    base: int
    reached: int | None
    lines: dict[str, int]
    gifts: tuple[Gift, ...]
    earned: int
    earned_units: int
    limits: tuple[str, ...]

    @property
    def discount(self) -> int:
        """The discount of all lines."""
        return sum(self.lines.values())

    @property
    def units(self) -> int:
        """Free base units."""
        return sum(gift.units for gift in self.gifts)

    @property
    def worth(self) -> int:
        """Discount and value of the gifts, in minor units."""
        return self.discount + sum(gift.value for gift in self.gifts)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A promotion that gives nothing here: not_reached, used_up, no_goods, or excluded (by the better `other`)."""

    code: str
    reason: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All promotions on a basket, by code."""

    applied: tuple[Applied, ...]
    skipped: tuple[Skipped, ...]
