"""A long file is never held: what the posting process keeps does not grow with it."""

import tracemalloc

import pytest

from gongying.areas.imports import queries
from gongying.areas.imports.actions.apply import PREPARE
from gongying.core.actor import SYSTEM
from gongying.core.intake import reading

pytestmark = pytest.mark.django_db
MOST = 24 * 1024**2  # three chunks of 4,000 rows are a third of it


def peak(path, rows):
    path.write_text(
        "单据号,日期,经销商编码,产品编码,数量,金额\n"
        + "".join(f"S{n},2026-07-01,D1,P1,1,{n}\n" for n in range(rows))
    )
    tracemalloc.start()
    try:
        pieces = queries.frames(SYSTEM, "sell_in", path, path.name, prepare=PREPARE["sell_in"])
        count = sum(len(piece.load) for piece in pieces)
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(network, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 4_000)
    short, long = peak(tmp_path / "a.csv", 20_000), peak(tmp_path / "b.csv", 80_000)
    assert (short[0], long[0]) == (20_000, 80_000)
    assert long[1] < MOST
    assert long[1] < short[1] * 1.2
