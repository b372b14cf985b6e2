"""What a form page keeps between a refused answer and its correction: the values typed and one sentence per field."""

from collections.abc import Mapping

from markupsafe import Markup
from msgspec import Struct

from events_api.text.formats import Language
from events_api.text.interface import plural


class Form(Struct, frozen=True):
    """The values of the fields and the errors beside them; the error of the whole form has an empty name."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}

    def summary(self, language: Language) -> str:
        """Count the errors in words."""
        return plural("form.errors", len(self.errors), language)

    def ties(self, name: str, hint: str, *, group: bool = False) -> Markup:
        """Return the attributes that tie a field, or a group of radio buttons, to its hint and to its error."""
        wrong = bool(self.errors.get(name))
        ids = [f"{name}-hint"] * bool(hint) + [f"{name}-error"] * wrong
        described = Markup(' aria-describedby="{}"').format(" ".join(ids)) if ids else Markup("")
        return described + (Markup(' aria-invalid="true"') if wrong and not group else Markup(""))
