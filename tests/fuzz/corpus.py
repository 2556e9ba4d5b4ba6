"""What the fuzz begins with: the sample files, what was found before, and the words of the format."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from odoo_rma.connector.sources.fields import shapes
from odoo_rma.mappings.model import Rma

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).with_name("found")
ENDINGS = {"json": "json", "lines": "jsonl", "xml": "xml"}
LONGEST = 2_048
"""Bytes of an input: more only makes the fuzz slow, for the limits on size have tests of their own."""

XML_WORDS = (
    *(
        "<?xml version='1.0' encoding='",
        "?>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE ",
        "<!ENTITY ",
        "SYSTEM",
    ),
    *(
        "</",
        "/>",
        "&#",
        "&#x",
        "&amp;",
        "&lt;",
        "xmlns:x='",
        "xsi:schemaLocation",
        "xml:lang='",
        "x:",
        "rma",
        "rmas",
    ),
    *("iso-8859-15", "windows-1252", "utf-16", "utf-8", "us-ascii"),
)
JSON_WORDS = (
    '{"',
    '":"',
    '":[',
    '":{',
    '"},{"',
    "\\u",
    "\\ud800",
    "null",
    "true",
    "NaN",
    "-Infinity",
    "1e999",
    "\\n",
)
VALUES = (
    "-0",
    "1_000",
    "2026-11-24T09:30:00Z",
    "0.005",
    "EUR",
    "US",
    "ann@example.com",
    "authorized",
    "0001-01-01",
)


def found(form: str) -> list[bytes]:
    """Give the inputs that earlier runs found, each of which leads somewhere that no other one does."""
    file = FOUND / f"{form}.json"
    return [text.encode("latin-1") for text in json.loads(file.read_text("utf-8"))] if file.exists() else []


def keep(form: str, inputs: list[bytes]) -> None:
    """Write down what was found; each byte as the character of its number, so that most of it can be read."""
    FOUND.mkdir(exist_ok=True)
    texts = [data.decode("latin-1") for data in sorted(inputs, key=lambda data: (len(data), data))]
    (FOUND / f"{form}.json").write_text(json.dumps(texts, indent=0) + "\n", "utf-8")


def seeds(form: str) -> Iterator[bytes]:
    """Give the sample files of this form, whole and item by item."""
    for file in sorted((ROOT / "sandbox" / "sample").rglob("*.*")):
        if file.suffix == ".json" and form != "xml" and file.name != "expected.json":
            yield from _items(form, json.loads(file.read_text("utf-8")))
        if file.suffix.lstrip(".") == ENDINGS[form]:
            yield file.read_bytes()
            yield from (
                item.encode() for item in re.findall("<rma .*?</rma>", file.read_text("utf-8"), re.DOTALL)
            )


def _items(form: str, documents: object) -> Iterator[bytes]:
    items = [json.dumps(one).encode() for one in (documents if isinstance(documents, list) else [documents])]
    yield from items
    if form == "lines":
        yield b"\n".join(items)


def words(form: str) -> set[str]:
    """Give the words of the format: its fields, and what its form is made of."""
    return {*_fields(Rma), *VALUES, *(XML_WORDS if form == "xml" else JSON_WORDS)}


def _fields(record: type[BaseModel]) -> Iterator[str]:
    for name, shape in shapes(record).items():
        yield name
        if shape.record:
            yield from _fields(shape.record)
