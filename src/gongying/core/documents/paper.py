"""PDF on A4 with an embedded Chinese font; pure Python, so that a bare machine can print."""

from collections.abc import Sequence
from importlib.resources import files

from fpdf import FPDF


def _font() -> str:
    return str(files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf"))


class Paper(FPDF):
    """A page with a title, a foot, key-value lines and tables."""

    def __init__(self, title: str, subtitle: str) -> None:
        super().__init__(format="A4")
        self.add_font("zh", fname=_font())
        self.set_title(title)
        self.add_page()
        self.set_font("zh", size=16)
        self.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
        self.set_font("zh", size=9)
        self.cell(0, 6, subtitle, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def footer(self) -> None:
        """Page number."""
        self.set_y(-12)
        self.set_font("zh", size=8)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="R")

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Name and value, one line each."""
        self.set_font("zh", size=10)
        for name, value in rows:
            self.cell(60, 7, name)
            self.cell(0, 7, value, align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def grid(self, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A ruled table; the header repeats on every page."""
        self.set_font("zh", size=8)
        with self.table(col_widths=tuple(widths), line_height=5.5, first_row_as_headings=False) as table:
            for row in (header, *rows):
                table.row(list(row))

    def data(self) -> bytes:
        """The finished file."""
        return bytes(self.output())
