"""The one way an engine says no."""


class Fault(ValueError):
    """An input that an engine refuses, with a stable code and the values a message needs.

    Engines know no languages: the English text is for developers; the floors above look up `code` and
    fill a translated sentence from `values`.

    >>> fault = Fault("packs.inexact", "7 pieces are not whole cases of 4", units=7, factor=4)
    >>> fault.code, fault.values["factor"], str(fault)
    ('packs.inexact', 4, '7 pieces are not whole cases of 4')
    """

    def __init__(self, code: str, message: str, **values: object) -> None:
        super().__init__(message)
        self.code = code
        self.values = values
