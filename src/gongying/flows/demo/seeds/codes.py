"""Codes with check characters: barcodes (EAN-13), credit codes (GB 32100) and organisation codes (GB 11714).

All of them are valid and none can belong to anybody: barcodes use the GS1 prefix 200, reserved for numbers inside one
company; credit codes use the division 99xxxx, which GB/T 2260 does not assign; telephone numbers use 154, a mobile
segment no operator holds.
"""

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FICTITIOUS_DIVISION = "99"
FICTITIOUS_MOBILE = "154"
COMPANY_PREFIX = "200"


def ean13(body: str) -> str:
    """The 13-digit barcode of a 12-digit body (GS1 General Specifications 7.9).

    >>> ean13("400638133393")
    '4006381333931'
    """
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def organisation_code(body: str) -> str:
    """The nine characters of an organisation code from its first eight (GB 11714-1997).

    >>> organisation_code("60003734")
    '600037341'
    """
    total = sum(_ORG_VALUES.index(sign) * weight for sign, weight in zip(body, _ORG_WEIGHTS, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(province: str, number: int) -> str:
    """A valid unified social credit code in a division that does not exist (GB 32100-2015).

    `province` is the two digits of the real province, kept readable in the last digits of the division.

    >>> credit_code("33", 7)
    '91993300MA0000779P'
    """
    for step in range(11):  # a mod-11 check of ten would print an X; such bodies are simply not handed out
        organisation = organisation_code(f"MA{number * 11 + step:06d}")
        if not organisation.endswith("X"):
            break
    body = f"91{FICTITIOUS_DIVISION}{province}00{organisation}"
    total = sum(_USCC.index(sign) * weight for sign, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _USCC[-total % 31]


def mobile(number: int) -> str:
    """An eleven-digit mobile number in a segment that no operator holds."""
    return f"{FICTITIOUS_MOBILE}{number * 61_803_399 % 100_000_000:08d}"
