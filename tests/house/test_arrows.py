"""Arrows the import linter cannot draw: tables, links between areas, clocks in pure rooms, imports of models."""

import ast
import re
from pathlib import Path

import gongying

ROOT = Path(gongying.__file__).parent
MODEL_READERS = {"gongying.books.lake"}  # it mirrors tables
LINK = re.compile(r"""(?:\{% url ['"]|reverse\(\s*['"]|redirect\(\s*['"])(\w+):""")
TYPED = re.compile(r"""(?:href|action|hx-get|hx-post)=["']/(\w+)/""")
CLOCKS = re.compile(r"\b(?:now|today|localdate|utcnow|time)\(\)")


def homes(floor):
    return sorted(p for p in (ROOT / floor).iterdir() if (p / "apps.py").exists())


def test_an_area_links_only_to_itself():
    others = {home.name for floor in ("areas", "flows") for home in homes(floor)}
    for home in homes("areas"):
        for path in (*home.rglob("*.py"), *home.rglob("*.html")):
            text = path.read_text()
            seen = set(LINK.findall(text)) | set(TYPED.findall(text))
            assert not seen & others - {home.name}, (
                f"{path.relative_to(ROOT)} links to {seen & others - {home.name}}"
            )


def test_the_house_services_know_no_business():
    others = {home.name for floor in ("areas", "flows") for home in homes(floor)} - {"accounts", "control"}
    for path in (*(ROOT / "core").rglob("*.py"), *(ROOT / "core").rglob("*.html")):
        text = path.read_text()
        seen = (set(LINK.findall(text)) | set(TYPED.findall(text))) & others
        assert not seen, f"{path.relative_to(ROOT)} links to {seen}"


def test_engines_and_rules_have_no_clock():
    pure = [*(ROOT / "engines").rglob("*.py"), *ROOT.glob("areas/*/rules.py"), *ROOT.glob("areas/*/rules/*.py")]
    assert len(pure) > 5
    for path in pure:
        assert not CLOCKS.search(path.read_text()), f"{path.name} asks for the time"


def imports_of(path):
    package = ["gongying", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_tables_are_imported_only_at_home():
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).parts
        if len(parts) < 3 or parts[0] not in ("core", "books", "areas", "flows"):
            continue
        home = f"gongying.{parts[0]}.{parts[1]}"
        for module in imports_of(path):
            owner = ".".join(module.split(".")[:3])
            if module.endswith(".models") and module.startswith("gongying.") and owner != home:
                service = owner.startswith("gongying.core.")  # house services: control shows their tables
                assert service or home in MODEL_READERS, (
                    f"{path.relative_to(ROOT)} imports {module}: ask its read or queries room"
                )
