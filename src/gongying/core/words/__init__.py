"""Two languages, equally complete: zh-Hans first, English beside it.

Code and templates carry English message ids; each app keeps its Chinese in `locale/zh_Hans`.
Data that has two names is picked by the active language:

>>> pick("华东", "East China")  # doctest: +SKIP
'华东'
"""

from django.utils.translation import get_language


def is_chinese() -> bool:
    """Whether the active language is Chinese (the house's first language)."""
    return (get_language() or "zh-hans").startswith("zh")


def pick(zh: str, en: str) -> str:
    """The name in the active language; falls back to the other when one is empty."""
    return (zh or en) if is_chinese() else (en or zh)
