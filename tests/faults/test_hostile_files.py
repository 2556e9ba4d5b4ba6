"""Files made to do harm: each is refused in words, quickly, in little memory, and nothing outside is touched."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Broken, Piece, read_document
from odoo_rma.connector.sources.xml_pieces import xml_pieces
from odoo_rma.mappings.issues import Issue

MANY = 19_000_000  # bytes; just under the largest file that is read at all
LIMITS = SourceSettings()
NEXT_ITEM = b'{"id": "R-2"}'

RMA = {
    "id": "R-1",
    "order": {"name": "S1"},
    "customer": {"name": "Ann Ünsal"},
    "currency": "EUR",
    "lines": [{"id": "1", "sku": 'A,]}\\"', "requested": 2.50}],
}
XML = (
    '<rma id="{}"><order name="S1"/><customer><name>Ann Ünsal</name></customer><currency>EUR</currency>'
    '<lines><line id="1" sku="A&gt;" requested="2.50"/></lines></rma>'
)

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

SAMPLES: dict[str, tuple[bytes, set[str]]] = {
    "billion-laughs.xml": (
        f'<!DOCTYPE rma [<!ENTITY l0 "lol">{LAUGHS}]><rma>&l9;</rma>'.encode(),
        {"forbidden_xml"},
    ),
    "quadratic.xml": (
        b'<!DOCTYPE rma [<!ENTITY a "' + b"x" * 100_000 + b'">]><rma>' + b"&a;" * 100_000 + b"</rma>",
        {"forbidden_xml"},
    ),
    "xxe-file.xml": (
        b'<!DOCTYPE rma [<!ENTITY f SYSTEM "file:///etc/passwd">]><rma id="&f;">&f;</rma>',
        {"forbidden_xml"},
    ),
    "xxe-http.xml": (
        b'<!DOCTYPE rma [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]><rma>&f;</rma>',
        {"forbidden_xml"},
    ),
    "external-dtd.xml": (b'<!DOCTYPE rma SYSTEM "http://127.0.0.1:9/rma.dtd"><rma/>', {"forbidden_xml"}),
    "public-dtd.xml": (b'<!DOCTYPE rma PUBLIC "-//x//EN" "file:///etc/passwd"><rma/>', {"forbidden_xml"}),
    "parameter-entity.xml": (
        b'<!DOCTYPE rma [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><rma/>',
        {"forbidden_xml"},
    ),
    "xinclude.xml": (
        b'<rma xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></rma>',
        {"unknown_field", "missing_field"},
    ),
    "stylesheet.xml": (
        b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><rma xmlns:xsi="x" xsi:schemaLocation="file:///etc/passwd"/>',
        {"missing_field"},
    ),
    "deep.xml": (b"<rma>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</rma>", {"too_deep"}),
    "many.xml": (b"<rma>" + b"<a/>" * (MANY // 4) + b"</rma>", {"too_many_elements"}),
    "attributes.xml": (
        b"<rma " + b" ".join(b"a%d=''" % n for n in range(100_001)) + b"/>",
        {"too_many_elements"},
    ),
    "huge-tag.xml": (b"<rma a='" + b"x" * MANY, {"too_large"}),
    "huge-name.xml": (b"<rma><" + b"x" * MANY, {"too_large"}),
    "huge-comment.xml": (b"<rma><!--" + b"x" * MANY, {"too_large"}),
    "huge-text.xml": (b"<rma><note>" + b"x" * MANY, {"too_large"}),
    "huge-cdata.xml": (b"<rma><![CDATA[" + b"x" * MANY, {"too_large"}),
    "huge-pi.xml": (b"<?x " + b"x" * MANY, {"too_large"}),
    "nul.xml": (b"<rma id='\x00'/>", {"not_xml"}),
    "utf-7.xml": (b"<?xml version='1.0' encoding='UTF-7'?>+ADw-rma+AC8-+AD4-", {"bad_encoding"}),
    "utf-7-unsaid.xml": (b"+ADw-rma+AC8-+AD4-", {"not_xml"}),
    "utf-16.xml": ("<rma id='é'/>".encode("utf-16"), {"missing_field"}),
    "utf-16-lie.xml": (b"<?xml version='1.0' encoding='utf-16'?><rma/>", {"bad_encoding"}),
    "invalid-utf-8.xml": (b"<rma id='\xff\xfe\xfd'/>", {"not_xml"}),
    "surrogate.xml": (b"<rma id='&#xD800;'/>", {"not_xml"}),
    "empty.xml": (b"", {"empty_file"}),
    "spaces.xml": (b" " * MANY, {"empty_file"}),
    "less-than.xml": (b"<rma>" + b"<" * MANY, {"not_xml"}),
    "deep.json": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {"too_deep"}),
    "deep-list.json": (b"[" * MANY, {"too_deep"}),
    "many.json": (b'[{"a":[' + b"1," * (MANY // 2), {"too_many_elements"}),
    "many-brackets.json": (b'[{"a":[' + b"[]," * (MANY // 3), {"too_many_elements"}),
    "many-strings.json": (b'[{"a":[' + b'"",' * (MANY // 3), {"too_many_elements"}),
    "commas.json": (b"[" + b"," * MANY, {"not_json"}),
    "huge-string.json": (b'{"a":"' + b"x" * MANY, {"too_large"}),
    "huge-escapes.json": (b'{"a":"' + b'\\"' * (MANY // 2), {"too_large"}),
    "quotes.json": (b"[" + b'"' * MANY, {"too_large"}),
    "huge-number.json": (
        b'[{"id":"R-1","revision":' + b"9" * 3_000_000 + b"}]",
        {"bad_number", "missing_field"},
    ),
    "huge-exponent.json": (b'[{"id":"R-1","promised":1e999999999}]', {"bad_number", "missing_field"}),
    "huge-line.jsonl": (b'{"a":"' + b"x" * MANY, {"too_large"}),
    "duplicate-keys.json": (
        b'{"id":"R-1",' + b",".join(b'"k":%d' % n for n in range(90_000)) + b"}",
        {"duplicate_key", "unknown_field", "missing_field"},
    ),
    "unknown-keys.json": (
        b"{" + b",".join(b'"k%d":1' % n for n in range(90_000)) + b"}",
        {"missing_field", "unknown_field", "more"},
    ),
    "nul.json": (b'{"id":"a\x00b"}', {"not_json"}),
    "nul-escaped.json": (b'{"id":"a\\u0000b"}', {"bad_value", "missing_field"}),
    "utf-16.json": ('[{"id":"R-1"}]'.encode("utf-16"), {"bad_encoding"}),
    "utf-7.json": (b"+AFs-+AHs-", {"not_json"}),
    "surrogate.json": (b'{"id":"\\ud800"}', {"bad_value", "missing_field"}),
    "surrogate-key.json": (b'{"\\udfff":1}', {"bad_value"}),
    "invalid-utf-8.json": (b'{"id":"\xff"}', {"bad_encoding"}),
    "empty.json": (b"", {"empty_file"}),
    "spaces.json": (b" " * MANY, {"too_large"}),
    "nan.json": (b'{"id":"R-1","promised":NaN}', {"bad_number", "missing_field"}),
}

# Reads every sample in a process of its own, and writes down what that took and what it touched.
WITNESS = """
import codecs, json, sys, time
from pathlib import Path
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.files import FileSource

root, touched, cpu = Path(sys.argv[1]), [], 0.0

def audit(event, args):
    if event == "open" and not isinstance(args[0], int) and touching not in (None, str(args[0])):
        touched.append(str(args[0]))
    elif event.startswith(("socket.", "subprocess.", "urllib.")):
        touched.append(event)

def peak():
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else ["VmHWM: 0 kB"]
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

touching = None
codecs.lookup("utf-16")  # reads a file of Python's own
sys.addaudithook(audit)
for folder in sorted(root.iterdir()):
    source = FileSource("shop", SourceSettings(path=folder, quiet_seconds=0))
    (sample,) = (folder / "inbox").iterdir()
    before, start, codes, good = peak(), time.process_time(), set(), 0
    source._folder.claim()
    touched, touching = [], str(sample)
    for incoming in source.changes("inbox"):
        codes |= {issue.code for issue in incoming.issues}
        good += incoming.rma is not None
        assert all(issue.way_out and issue.message.isprintable() for issue in incoming.issues), incoming
    touching = None
    seconds = time.process_time() - start
    source.settle()
    (left,) = (p.parent.name for p in folder.rglob(sample.name))
    print(json.dumps([sample.name, sorted(codes), good, seconds, peak() - before, touched, left]), flush=True)
"""


def witness(root: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", WITNESS, root], capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: rest for name, *rest in map(json.loads, done.stdout.splitlines())}


def lay(root: Path, name: str) -> Path:
    inbox = root / name / "inbox"
    inbox.mkdir(parents=True)
    return inbox / name


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in SAMPLES.items():
        lay(root, name).write_bytes(content)
    for name in ("gigabyte.json", "gigabyte.xml"):
        with lay(root, name).open("wb") as file:
            os.truncate(file.fileno(), 2**30)  # sparse: takes no room
    return witness(root)


@pytest.mark.parametrize("name", [*SAMPLES, "gigabyte.json", "gigabyte.xml"])
def test_a_hostile_file_is_refused(seen: dict[str, Any], name: str) -> None:
    codes, good, seconds, kilobytes, touched, left = seen[name]
    assert good == 0
    assert set(codes) == (SAMPLES[name][1] if name in SAMPLES else {"too_large"})
    assert left == "refused"
    assert touched == []
    assert seconds < 2, "of processor time, whatever else the machine does"
    assert kilobytes < 100_000


def test_a_large_list_is_never_held_as_a_whole(tmp_path: Path) -> None:
    line = {"sku": "SHIRT-M", "requested": "2", "title": "A shirt " * 20}
    lines = [{"id": str(n), **line} for n in range(100)]
    documents = [{**RMA, "id": f"R-{n}", "lines": lines} for n in range(700)]
    raw = json.dumps(documents).encode()
    assert 15_000_000 < len(raw) < 20_000_000
    lay(tmp_path, "large.json").write_bytes(raw)
    lay(tmp_path, "large.jsonl").write_bytes(b"\n".join(json.dumps(d).encode() for d in documents))
    row = f'<line sku="SHIRT-M" requested="2" title="{line["title"]}" id="'
    many = "".join(f'{row}{n}"/>' for n in range(100))
    one = XML.replace(XML[XML.index("<line ") : XML.index("</lines>")], many)
    lay(tmp_path, "large.xml").write_text(
        f"<rmas>{''.join(one.format(n) for n in range(800))}</rmas>", "utf-8"
    )
    for name, (codes, good, _, kilobytes, _, left) in witness(tmp_path).items():
        assert (codes, left) == ([], "done")
        assert good == (800 if name.endswith("xml") else 700)
        assert kilobytes < 15_000, name


Reader = Callable[..., Iterator[Piece]]


def read(reader: Reader, data: bytes, **options: Any) -> tuple[list[Piece], Issue | None]:
    found = []
    try:
        for piece in reader(iter([data]), LIMITS, **options):
            found.append(piece)  # noqa: PERF402 - what came before the break counts
    except Broken as broken:
        return found, broken.issue
    return found, None


LIST = json.dumps([RMA, {**RMA, "id": "R-2"}], indent=1, ensure_ascii=False).encode()
LINES = b"\n".join(json.dumps({**RMA, "id": f"R-{n}"}, ensure_ascii=False).encode() for n in (1, 2))
WHOLE = f"<?xml version='1.0'?>\n<rmas>\n{XML.format('R-1')}\n{XML.format('R-2')}\n</rmas>".encode()


@pytest.mark.parametrize(("reader", "data"), [(json_pieces, LIST), (xml_pieces, WHOLE)])
def test_a_file_cut_anywhere_gives_what_was_whole_and_names_the_break(reader: Reader, data: bytes) -> None:
    whole, nothing = read(reader, data)
    assert (len(whole), nothing) == (2, None)
    for cut in range(len(data)):
        found, broken = read(reader, data[:cut])
        assert broken is not None, cut
        assert found == whole[: len(found)], cut


def test_lines_cut_anywhere_give_what_was_whole_and_name_the_broken_one() -> None:
    whole, _ = read(json_pieces, LINES, lines=True)
    first = LINES.index(b"\n")
    for cut in range(1, len(LINES)):
        found, broken = read(json_pieces, LINES[:cut], lines=True)
        good = [piece for piece in found if not piece.issues]
        assert good == whole[: len(good)]
        assert broken or len(good) < len(found) or cut in (first, first + 1)


@pytest.mark.parametrize(("reader", "data"), [(json_pieces, LIST), (json_pieces, LINES), (xml_pieces, WHOLE)])
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused_but_never_crashes(
    reader: Reader, data: bytes, draw: st.DataObject
) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(0, len(changed) - 1))
        changed[place : place + draw.draw(st.integers(0, 3))] = draw.draw(st.binary(max_size=4))
    found, broken = read(reader, bytes(changed))
    for piece in found:
        incoming = read_document(piece.document, source="shop", origin="", issues=piece.issues)
        assert (incoming.rma is None) == bool(incoming.issues)
        json.dumps(incoming.document, ensure_ascii=False).encode("utf-8")
    assert broken is None or broken.way_out


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in (json_pieces, xml_pieces):
        for prefix in (b"", b"[{", b'{"id":"', b"<rma>", b"<rmas><rma "):
            read(reader, prefix + data)
