"""What a form page keeps between a refused answer and its correction: the values typed and one sentence per field."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from events_api.text.formats import Language
from events_api.text.interface import plural


class Form(Struct, frozen=True):
    """The values of the fields and the errors beside them; the error of the whole form has an empty name."""

    values: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}

    def summary(self, language: Language) -> str:
        """Count the errors in words."""
        return plural("form.errors", len(self.errors), language)

    def only(self, name: str, value: object) -> "Form":
        """The same form as one field sees it: its value under the name it has on the page."""
        return Form(values={name: value}, errors=self.errors)

    def ties(self, name: str, hint: str, *, group: bool = False) -> Markup:
        """Return the attributes that tie a field, or a group of boxes, to its hint and to its error."""
        wrong = bool(self.errors.get(name))
        ids = [f"{name}-hint"] * bool(hint) + [f"{name}-error"] * wrong
        described = Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else Markup("")
        return described + (Markup(' aria-invalid="true"') if wrong and not group else Markup(""))
