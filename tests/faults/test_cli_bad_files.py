"""Files that nobody should send: each is set aside by itself, with its name, the reason and the way out, at once."""

from pathlib import Path
from time import monotonic

import pytest
from office import Office, article

from odoo_rma.sandbox import Env

NOBODY = "http://127.0.0.1:9"
ENV = Env(
    url=NOBODY, database="erp", login="", password="", api_key=None, version="19.0", rma_api_key="k" * 40
)

TRUNCATED = '[{"id": "R-1", "order": {"name": "S-1001"}, "lines": [{"id": "1", "sku": "TENT'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rmas><rma><id>&b;</id></rma></rmas>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rmas><rma><id>&a;</id></rma></rmas>'

HOSTILE = {
    "truncated.json": (TRUNCATED, "ends"),
    "laughs.xml": (LAUGHS, "DOCTYPE"),
    "outside.xml": (OUTSIDE, "DOCTYPE"),
    "deep.xml": ("<rmas><rma>" + "<a>" * 100_000 + "</a>" * 100_000 + "</rma></rmas>", "64"),
    "deep.json": ("[" * 100_000 + "]" * 100_000, "64"),
    "empty.json": ("", "empty"),
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office", ENV, sources={"shop": {}})


def taken_in(office: Office) -> list[dict[str, object]]:
    """What waits after the files were read; the run itself ends because no server answers."""
    office.run("sync").says(1, "nobody answers")
    return list(office.run("quarantine", "list", "--json").data)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly_and_named(office: Office, name: str) -> None:
    content, reason = HOSTILE[name]
    office.drop(name, content)
    before = monotonic()
    [entry] = taken_in(office)
    assert monotonic() - before < 10
    [issue] = entry["issues"]  # type: ignore[misc]
    assert (entry["origin"], reason.lower() in issue["message"].lower(), bool(issue["way_out"])) == (
        name,
        True,
        True,
    )
    assert office.lying("refused") == [name, f"{name}.reasons.json"]


def test_a_gigabyte_is_not_even_read(office: Office) -> None:
    office.drop("huge.xml", "", size=1 << 30)
    [entry] = taken_in(office)
    [issue] = entry["issues"]  # type: ignore[misc]
    assert (issue["code"], "max_bytes" in issue["way_out"]) == ("too_large", True)


def test_every_broken_file_waits_by_itself_and_a_person_sees_which_one(office: Office) -> None:
    for name, (content, _reason) in HOSTILE.items():
        office.drop(name, content)
    assert sorted(str(entry["origin"]) for entry in taken_in(office)) == sorted(HOSTILE)
    listed = office.run("quarantine", "list").out
    assert not [name for name in HOSTILE if name not in listed]


def test_a_broken_file_does_not_hold_up_the_good_ones_beside_it(office: Office) -> None:
    office.drop("a-truncated.json", TRUNCATED)
    office.drop("b-good.json", article("R-2"))
    taken_in(office)
    assert office.lying("done") == ["b-good.json"]


def test_the_good_rmas_of_a_bad_file_are_taken(office: Office) -> None:
    office.drop("mixed.json", [article("R-1"), article("R-2", line={"requested": -1}), article("R-3")])
    assert [entry["key"] for entry in taken_in(office)] == ["R-2"]
    office.run("quarantine", "drop", "R-3", "--yes").says(0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"requested": -1}, "negative"),
        ({"requested": 0}, "0"),
        ({"requested": "1e300"}, "not a plain decimal"),
        ({"requested": "NaN"}, "not a plain decimal"),
        ({"requested": "１２"}, "not a plain decimal"),
        ({"requested": True}, ""),
        ({"requested": 1, "received": 2}, "2"),
        ({"requested": 1, "color": "red"}, "color is not a known field"),
    ],
)
def test_an_impossible_line_names_field_and_value(
    office: Office, wrong: dict[str, object], says: str
) -> None:
    office.drop("one.json", article("R-1", line=wrong))
    [entry] = taken_in(office)
    [issue] = entry["issues"]  # type: ignore[misc]
    assert entry["key"] == "R-1"
    assert issue["where"].startswith("lines.1") and says in issue["message"] and issue["way_out"]


def test_the_same_rma_with_other_content_is_a_conflict_and_the_first_one_stays(office: Office) -> None:
    office.drop("a.json", article("R-1"))
    office.drop("b.json", article("R-1", sku="BOOT-42"))
    [entry] = taken_in(office)
    [issue] = entry["issues"]  # type: ignore[misc]
    assert (entry["key"], entry["code"]) == ("R-1", "conflict")
    assert "sku" in issue["message"] and "revision above" in issue["way_out"]


def test_the_same_rma_with_the_same_content_is_nothing_new(office: Office) -> None:
    office.drop("a.json", article("R-1"))
    office.drop("b.json", article("R-1"))
    assert taken_in(office) == []


def test_a_corrected_file_releases_what_waited(office: Office) -> None:
    office.drop("one.json", article("R-1", line={"requested": -1}))
    assert len(taken_in(office)) == 1
    office.drop("one.json", article("R-1"))
    assert taken_in(office) == []
    assert office.lying("done") == ["one.json"]
