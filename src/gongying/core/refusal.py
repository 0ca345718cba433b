"""The three ways to say no. Words are for people: what is wrong, and what to do about it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404


class Refused(Exception):
    """A business no (409, or beside the form field). Nothing was written.

    `message` and `remedy` may be lazy translations; `field` names the input at fault;
    `code` is stable and meant for programs.
    """

    status = 409

    def __init__(self, message: Any, *, code: str = "refused", field: str = "", remedy: Any = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def as_dict(self) -> dict[str, str]:
        """The refusal as stored beside its idempotency key and sent by the API."""
        return {
            "code": self.code,
            "message": str(self.message),
            "field": self.field,
            "remedy": str(self.remedy),
        }


class Missing(Http404):
    """Not there for this actor: absent and foreign are the same answer (404), so nothing can be probed."""


class Forbidden(PermissionDenied):
    """The actor's role lacks the permission this verb or page needs (403)."""
