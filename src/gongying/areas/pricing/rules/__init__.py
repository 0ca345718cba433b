"""How a promotion is written in a form, and how it is said in a sentence. Pure."""

from .forms import BLANKS, blank, form_of, from_form
from .sentences import left_words, sentence, unit_word

__all__ = ["BLANKS", "blank", "form_of", "from_form", "left_words", "sentence", "unit_word"]
