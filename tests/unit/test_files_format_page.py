"""docs/rma-format.md says what the model says: every field, with its default and its meaning."""

import json
import re
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.mappings import in_erp, model, rma_line
from odoo_rma.mappings.field_types import Record
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.model import OrderRef, Party, Rma
from odoo_rma.mappings.ownership import Fact

PAGE = Path(__file__).parents[2] / "docs" / "rma-format.md"


def words(annotation: Any) -> str:
    """Say a type in the page's words."""
    if get_origin(annotation) is tuple:
        return f"list of {words(get_args(annotation)[0])}"
    if get_origin(annotation) is Annotated:
        return words(get_args(annotation)[0])
    inner = [a for a in get_args(annotation) if a is not NoneType]
    if inner:
        return " or ".join(dict.fromkeys(map(words, inner)))
    if issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if issubclass(annotation, StrEnum):
        return ", ".join(f"`{value}`" for value in annotation)
    plain = {
        "str": "text",
        "int": "whole number",
        "bool": "true or false",
        "Decimal": "number",
        "date": "day",
    }
    return plain.get(annotation.__name__, "time")


def default(name: str, field: Any) -> str:
    if name == "source":
        return "the one it came through"
    if field.is_required():
        return "needed"
    value = field.default
    if value in (None, (), "") or isinstance(value, BaseModel):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def records() -> list[type[BaseModel]]:
    return list(dict.fromkeys([Rma, Party, OrderRef, *own(rma_line), *own(model)]))


def told() -> list[type[BaseModel]]:
    """What stands in `in_erp`."""
    return list(reversed(own(in_erp)))


def own(module: Any) -> list[type[BaseModel]]:
    """The records that are written down in a module."""
    named = (v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Record))
    return [v for v in named if v.__module__ == module.__name__]


def table(record: type[BaseModel]) -> str:
    rows = [f"### {record.__name__}", "", str(record.__doc__), ""]
    rows += ["| Field | Is | Default | Meaning |", "|---|---|---|---|"]
    for name, field in record.model_fields.items():
        rows.append(
            f"| `{name}` | {words(field.annotation)} | {default(name, field)} | {field.description} |"
        )
    return "\n".join(rows) + "\n"


def examples(kind: str) -> list[str]:
    return re.findall(rf"<!-- example: {kind} -->\n```{kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("record", [*records(), *told()], ids=lambda record: record.__name__)
def test_every_field_stands_on_the_page_as_the_model_has_it(record: type[BaseModel]) -> None:
    page = PAGE.read_text("utf-8")
    assert table(record) in page, "write the tables again: python tests/unit/test_files_format_page.py"


def test_every_field_has_a_meaning() -> None:
    assert [
        f"{r.__name__}.{n}"
        for r in [*records(), *told()]
        for n, f in r.model_fields.items()
        if not f.description
    ] == []


def test_the_two_examples_are_the_same_rma(tmp_path: Path) -> None:
    (from_json,) = read(tmp_path / "json", "example.json", examples("json")[0])
    (from_xml,) = read(tmp_path / "xml", "example.xml", examples("xml")[0])
    assert from_json == from_xml
    assert from_json.customer == Party.model_validate(from_json.customer.model_dump())
    assert from_json.lines[0].inspections[0].disposition == "restock"


def test_the_example_of_what_goes_back_is_read_as_an_rma_and_holds_what_the_tables_say(
    tmp_path: Path,
) -> None:
    [text] = re.findall(r"<!-- example: outbox -->\n```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    [rma] = read(tmp_path, "R-1002.json", text)
    held = json.loads(text)["in_erp"]
    assert {Fact(x) for x in held.pop("owned")} == {Fact.CREDIT_NOTE, Fact.DISPOSITION, Fact.RECEIPT}
    found = InErp.model_validate(held)
    assert rma.lines[0].received == found.received("1") == sum(p.quantity for p in found.lines[0].placed)


def read(path: Path, name: str, content: str) -> list[Rma]:
    source = FileSource("shop", SourceSettings(path=path, quiet_seconds=0))
    (path / "inbox" / name).write_text(content, encoding="utf-8")
    incoming = list(source.changes("inbox"))
    source.close()
    assert [i.issues for i in incoming] == [()] * len(incoming)
    return [i.rma for i in incoming if i.rma]


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    for block, kinds in (("fields", records()), ("in_erp", told())):
        tables = "\n".join(map(table, kinds))
        pattern = rf"(<!-- {block} -->\n).*?(<!-- /{block} -->)"
        text = re.sub(pattern, lambda m: f"{m[1]}\n{tables}\n{m[2]}", text, flags=re.DOTALL)  # noqa: B023
    PAGE.write_text(text, encoding="utf-8")
