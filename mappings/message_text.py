"""The texts that customers are sent: Jinja templates, ours or the shop's own, one file per step and language.

`refunded.en.html` starts with a line `Subject: …`, an empty line follows, then the HTML. A file that is not there in
the customer's language is looked for in English.
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError

from odoo_rma.mappings.message_facts import Facts
from odoo_rma.mappings.message_limits import LimitedEnvironment
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.policy.words import day, write
from odoo_rma.mappings.vocabulary import MessageStep

ENGLISH, CHINESE = "en", "zh"
FRAME = "frame"
_SUBJECT = "Subject:"
_LONGEST_SUBJECT = 200


class BadTemplate(ValueError):
    """A template cannot be used: which one, where and why."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it goes out: `subject` is plain text, `body` HTML; `template` says which file it was made from."""

    subject: str
    body: str
    language: str
    template: str


def file_name(step: str, language: str) -> str:
    """Name the file of a text."""
    return f"{step}.{language}.html"


@cache
def ours() -> Mapping[str, str]:
    """Give the templates that come with this package, by file name."""
    folder = files("odoo_rma.mappings") / "messages"
    found = (f for f in folder.iterdir() if f.name.endswith(".html"))
    return {f.name: f.read_text(encoding="utf-8") for f in found}


@dataclass(frozen=True)
class Texts:
    """All templates; `own` are the shop's, by file name, and count before ours."""

    own: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Every template that counts, by file name."""
        return {**ours(), **self.own}

    def language_of(self, name: str, language: str) -> str:
        """Give the best language that a text exists in: `fr_FR`, `fr`, else English."""
        for candidate in (language, language.partition("_")[0]):
            if candidate and file_name(name, candidate) in self.sources:
                return candidate
        return ENGLISH

    def write(self, step: MessageStep, language: str, facts: Facts) -> Text:
        """Write a message.

        Raises:
            BadTemplate: the template names what is not there, or is no template.

        """
        best = self.language_of(step.value, language)
        name = file_name(step.value, best)
        head, body = _parts(name, self.sources[name])
        try:
            values: dict[str, Any] = facts.values() | {
                FRAME: file_name(FRAME, self.language_of(FRAME, best)),
            }
            environment = self._environment(best)
            subject = html.unescape(environment.write(head, values))
            written = environment.write(f"\n{body}", values)  # so that its lines count as in the file
        except TemplateNotFound as error:
            raise BadTemplate(f"{name}: there is no template {error.name}.") from None
        except TemplateError as error:
            raise BadTemplate(f"{_place(name, error)}: {error}") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise BadTemplate(f"{name}: {type(error).__name__}: {error}") from None
        return Text(" ".join(subject.split())[:_LONGEST_SUBJECT], written.strip(), best, name)

    def _environment(self, language: str) -> LimitedEnvironment:
        made = LimitedEnvironment(
            loader=DictLoader(dict(self.sources)),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= _filters(CHINESE if language.startswith(CHINESE) else ENGLISH)
        return made


def _place(name: str, error: TemplateError) -> str:
    # A broken frame has a name of its own; what was made from a text has none.
    return f"{error.name or name}, line {error.lineno}" if isinstance(error, TemplateSyntaxError) else name


def _parts(name: str, source: str) -> tuple[str, str]:
    first, _, rest = source.lstrip("\ufeff").partition("\n")
    if not first.startswith(_SUBJECT) or not first.removeprefix(_SUBJECT).strip():
        raise BadTemplate(f"{name}: the first line has to say “{_SUBJECT} …”.")
    return first.removeprefix(_SUBJECT).strip(), rest


def _filters(language: str) -> dict[str, Callable[[Any], str]]:
    return {
        "day": lambda value: day(value, language) if isinstance(value, date) else str(value),
        "number": lambda value: plain(value) if isinstance(value, Decimal) else str(value),
        "words": lambda value: write(value, language) if isinstance(value, StrEnum) else str(value),
    }
