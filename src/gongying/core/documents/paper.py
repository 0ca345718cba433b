"""PDF on A4 with an embedded Chinese font; pure Python, so that a bare machine can print."""

from collections.abc import Sequence
from importlib.resources import files

from fpdf import FPDF
from fpdf.fonts import FontFace


def _font() -> str:
    return str(files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf"))


class Paper(FPDF):
    """A page with a title, a foot (its text and the page number), key-value lines, headings and tables."""

    def __init__(self, title: str, subtitle: str, foot: str = "") -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.add_font("zh", fname=_font())
        self.set_title(title)
        self.add_page()
        self.set_font("zh", size=16)
        self.cell(0, 10, title, new_x="LMARGIN", new_y="NEXT")
        self.set_font("zh", size=9)
        self.cell(0, 6, subtitle, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def footer(self) -> None:
        """What paper it is, and the page number."""
        self.set_y(-12)
        self.set_font("zh", size=7)
        self.cell(150, 6, self.foot)
        self.set_font("zh", size=8)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="R")

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None:
        """Name and value, one line each."""
        self.set_font("zh", size=10)
        for name, value in rows:
            self.cell(60, 7, name)
            self.cell(0, 7, value, align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def heading(self, text: str) -> None:
        """The title of a part."""
        self.set_font("zh", size=11)
        self.ln(2)
        self.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")

    def grid(self, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A ruled table; the header repeats on every page."""
        self.set_font("zh", size=8)
        head = FontFace(emphasis="", fill_color=(245, 247, 250))
        with self.table(col_widths=tuple(widths), line_height=5.5, headings_style=head) as table:
            for row in (header, *rows):
                table.row(list(row))
        self.ln(2)

    def data(self) -> bytes:
        """The finished file."""
        return bytes(self.output())
