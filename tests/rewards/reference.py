"""What a rebate programme pays, reckoned line by line from what its document says: written apart from the product, sharing no
code with it, so that both can only agree by being right. Fractions throughout; fen are rounded half away from zero.
"""

from datetime import date
from fractions import Fraction


def rounded(amount):
    """A fraction of a fen to whole fen, half up (away from zero)."""
    doubled = abs(amount) * 2
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return whole if amount >= 0 else -whole


def months_of(kind):
    return {"month": 1, "quarter": 3, "half": 6, "year": 12}[kind]


def cut(start, end, kind):
    """[start, end) in pieces of a kind."""
    found, day = [], start
    while day < end:
        month = day.month - 1 + months_of(kind)
        until = date(day.year + month // 12, month % 12 + 1, 1)
        found.append((day, until))
        day = until
    return found


def day_of(line, document):
    if document.get("returns") == "restate" and line.get("sold_on"):
        return line["sold_on"]
    return line["on"]


def counts(line, document, focus=False):
    categories = document.get("focus_categories" if focus else "categories") or []
    products = document.get("focus_products" if focus else "products") or []
    if line["product"] in (document.get("without") or []):
        return False
    if document.get("basis") == "points":
        return line["product"] in document["points"]
    return not (categories or products) or line["category"] in categories or line["product"] in products


def worth(line, document):
    """What a line adds to the base: yuan, pieces, kilograms, litres or points."""
    basis = document.get("basis", "value")
    if basis == "value":
        return Fraction(line["gross"] - line["off"], 100)
    if basis == "gross":
        return Fraction(line["gross"], 100)
    each = {"quantity": 1, "weight": Fraction(line["grams"], 1000), "volume": Fraction(line["ml"], 1000)}
    return line["pieces"] * (document["points"][line["product"]] if basis == "points" else each[basis])


def chosen(lines, document, start, end, focus=False):
    return [x for x in lines if start <= day_of(x, document) < end and counts(x, document, focus)]


def ladder(document, base, steps):
    """The amount in yuan of a base over (start, rate) steps in its own units."""
    reached = [k for k, (start, _rate) in enumerate(steps) if base >= start]
    method = document["method"]
    if not reached:
        return Fraction(0)
    top = reached[-1]
    rate = steps[top][1]
    if method == "fixed":
        return rate
    if base <= 0:
        return (
            Fraction(0) if method == "marginal" else rate * base if method in ("slab", "per_unit") else Fraction(0)
        )
    if method in ("slab", "per_unit"):
        return rate * base
    if method == "total":
        return sum((steps[k][1] for k in reached), Fraction(0)) * base
    if method == "rolling":
        return sum((steps[k][1] * steps[k + 1][0] for k in reached[:-1]), Fraction(0)) + rate * base
    if method == "excess":
        return rate * (base - steps[0][0])
    paid = Fraction(0)
    for k, (start, each) in enumerate(steps):  # marginal, step by step
        upper = steps[k + 1][0] if k + 1 < len(steps) else None
        top_here = base if upper is None or base < upper else upper
        if top_here > start:
            paid += each * (top_here - start)
    return paid


def one_period(document, lines, start, end, targets, deducted):  # noqa: PLR0912 - one reading, top to bottom
    """(entitled fen, number of lines) of one distributor for one calculated period; None without a line."""
    mine = chosen(lines, document, start, end)
    if not mine:
        return None
    base = sum((worth(x, document) for x in mine), Fraction(0)) - Fraction(deducted, 100)
    gross_base = base + Fraction(deducted, 100)
    if document.get("base_cap"):
        base = min(base, Fraction(document["base_cap"]))
    steps = [(Fraction(step["start"]), Fraction(step["rate"])) for step in document["tiers"]]
    measure, paid = document.get("measure", "base"), None
    if measure in ("target", "previous"):
        if measure == "target":
            against = Fraction(targets(start, end), 100)
        else:
            last = chosen(lines, document, start.replace(year=start.year - 1), end.replace(year=end.year - 1))
            against = sum((worth(x, document) for x in last), Fraction(0))
        paid = Fraction(0) if against <= 0 else ladder(document, base, [(s * against, r) for s, r in steps])
    elif measure in ("share", "range"):
        if measure == "share":
            focus = sum((worth(x, document) for x in chosen(lines, document, start, end, focus=True)), Fraction(0))
            number = focus / gross_base if gross_base > 0 else None
        else:
            pieces = {}
            for x in mine:
                pieces[x["product"]] = pieces.get(x["product"], 0) + x["pieces"]
            number = Fraction(sum(n > 0 for n in pieces.values())) or None
        reached = [r for s, r in steps if number is not None and number >= s]
        if not reached or base <= 0:
            paid = Fraction(0)
        else:
            paid = reached[-1] if document["method"] == "fixed" else reached[-1] * base
    else:
        paid = ladder(document, base, steps)
    fen = rounded(paid * 100)
    if document.get("guarantee"):
        fen = max(fen, int(Fraction(document["guarantee"]) * 100))
    if document.get("payout_cap") is not None:
        fen = min(fen, int(Fraction(document["payout_cap"]) * 100))
    return fen


def entitled(document, lines, start, end, targets=lambda start, end: 0, deducted=lambda start, end: 0):
    """What one distributor's programme pays in [start, end), in fen; None where none of his lines counts."""
    spans = cut(start, end, document["calculate"]) if document.get("calculate") else [(start, end)]
    each = [one_period(document, lines, a, b, targets, deducted(a, b)) for a, b in spans]
    return None if all(x is None for x in each) else sum(x for x in each if x is not None)
