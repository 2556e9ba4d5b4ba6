"""A template that never ends, or fills the memory, is stopped: steps are counted and what it makes is measured.

Templates are the shop's own, so this is not against villains but against slips of the pen: a loop in a loop in a loop.
It is counted, not timed, so that a template that works once works always.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import TemplateRuntimeError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

STEPS = 100_000
"""Passes of loops and calls in one message; a long one takes some hundred."""
LETTERS = 1_000_000
"""Length of one message; a long one has some thousand."""

_COUNT = "passes of a loop"  # a name that no template can write, so that none can hide it


class WithoutEnd(TemplateRuntimeError):
    """A template does not come to an end, or writes more than anybody reads."""


class _CountsLoops(CodeGenerator):
    """Leads every loop of a template through the filter that counts."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        for loop in node.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNT, [], [], None, None, lineno=loop.lineno)
        super().visit_Template(node, frame)


class LimitedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with an end. One for each message: its steps are those of that message."""

    code_generator_class = _CountsLoops
    # Both make a number or a text of any size in one step, which nothing could stop any more.
    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters[_COUNT] = self._passes
        self._left = STEPS

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls: a macro may call itself."""
        self._step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers, but no texts or lists, and raise nothing to a power."""
        numbers = all(hasattr(value, "__float__") and abs(value) < LETTERS for value in (left, right))
        if operator == "**" or not numbers:
            raise WithoutEnd(f"{operator} is only for multiplying numbers below {LETTERS:,} with each other.")
        return super().call_binop(context, operator, left, right)

    def write(self, source: str, values: Mapping[str, Any]) -> str:
        """Render a template.

        Raises:
            WithoutEnd: it does not come to an end, or it is too long.

        """
        made, length = [], 0
        try:
            for piece in self.from_string(source).generate(dict(values)):
                made.append(piece)
                length += len(piece)
                if length > LETTERS:
                    raise WithoutEnd(f"it writes more than {LETTERS:,} letters.")
        except RecursionError:
            raise WithoutEnd("it calls, extends or includes itself without end.") from None
        except MemoryError:
            raise WithoutEnd("it takes more memory than there is.") from None
        return "".join(made)

    def _passes(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._step()
            yield item

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise WithoutEnd(f"it does not come to an end: more than {STEPS:,} passes of loops and calls.")
