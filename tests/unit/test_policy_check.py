"""What `policy check` finds: rules that cannot all be meant, and cases that nobody thought of."""

import pytest

from odoo_rma.mappings.policy.check import check
from odoo_rma.mappings.policy.finding import Finding
from odoo_rma.mappings.policy.read import NotAPolicy, read_policy
from odoo_rma.mappings.vocabulary import Condition, ReasonCode
from odoo_rma.sync.policy_file import READY, ready

WHOLE = f"""
currency = "EUR"
[approval]
up_to = 100
[reasons]
accepted = {[r.value for r in ReasonCode if r is not ReasonCode.OTHER]}
refused = ["other"]
[[windows]]
name = "standard"
days = 30
[[conditions]]
name = "standard"
accepted = {[c.value for c in Condition if c is not Condition.JUNK]}
refused = ["junk"]
[[labels]]
name = "standard"
paid_by = "shop"
[[offers]]
name = "money"
method = "original_payment"
"""
TITLE = 'title = { en = "A", zh = "甲" }'


def found(text: str) -> list[Finding]:
    return check(read_policy(text))


def test_a_whole_policy_has_no_findings() -> None:
    assert found(WHOLE) == []


@pytest.mark.parametrize("name", READY)
def test_the_ready_policies_have_no_findings(name: str) -> None:
    assert found(ready(name)) == []


@pytest.mark.parametrize(
    ("more", "rules", "words"),
    [
        (
            (
                f'[[final_sale]]\nname = "f"\nskus = ["MUG"]\n{TITLE}\n'
                f'[[windows]]\nname = "w"\nskus = ["mug", "CUP"]\ndays = 5\n{TITLE}\n'
            ),
            ("final_sale.f", "windows.w"),
            "final sale and have 5 days",
        ),
        ('[[final_sale]]\nname = "f"\n', ("final_sale.f",), "Everything is final sale"),
        (
            '[[always_accepted]]\nname = "a"\nreasons = ["other"]\n',
            ("always_accepted.a", "reasons.refused"),
            "always accepted, and not accepted",
        ),
        (
            (
                f'[[windows]]\nname = "a"\ncategories = ["X"]\ndays = 5\n{TITLE}\n'
                f'[[windows]]\nname = "b"\ncountries = ["DE"]\ndays = 6\n{TITLE}\n'
            ),
            ("windows.a", "windows.b"),
            "of equal rank",
        ),
        (
            (
                f'[[conditions]]\nname = "a"\ncategories = ["X"]\nrefused = ["used"]\n{TITLE}\n'
                f'[[conditions]]\nname = "b"\nchannels = ["web"]\naccepted = ["used"]\n{TITLE}\n'
            ),
            ("conditions.a", "conditions.b"),
            "of equal rank",
        ),
        (
            (
                '[[offers]]\nname = "a"\nmethod = "voucher"\nbonus_percent = 1\nconditions = ["used"]\n'
                '[[offers]]\nname = "b"\nmethod = "voucher"\nbonus_percent = 2\nreasons = ["late"]\n'
            ),
            ("offers.a", "offers.b"),
            "of equal rank",
        ),
        (
            '[[limits]]\nname = "a"\ndays = 30\nreturns = 1\n[[limits]]\nname = "b"\ndays = 30\nvalue = 1\n',
            ("limits.a", "limits.b"),
            "of equal rank",
        ),
        ('[[fees]]\nname = "f"\npercent = 101\n', ("fees.f",), "101 % is more than the customer paid"),
        (
            '[[offers]]\nname = "v"\nmethod = "voucher"\nbonus_percent = 150.5\n',
            ("offers.v",),
            "150.5 % is more",
        ),
        (
            '[[keep_item]]\nname = "k"\nbelow = 100.01\n',
            ("keep_item.k", "approval.up_to"),
            "Below 100.01 the customer keeps the item, but above 100",
        ),
        (
            f'[[holidays]]\nname = "h"\n{TITLE}\nfirst = 2026-12-01\nlast = 2026-12-31\nuntil = 2026-12-20\n',
            ("holidays.h",),
            "out of order",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_rules(more: str, rules: tuple[str, ...], words: str) -> None:
    (finding,) = found(WHOLE + more)
    assert (finding.severity, finding.rules) == ("contradiction", rules)
    assert words in finding.message
    assert finding.way_out


def test_a_fault_whose_condition_is_never_accepted_is_a_contradiction() -> None:
    text = WHOLE.replace("'defective', 'incomplete'", "'incomplete'").replace(
        'refused = ["junk"]', 'refused = ["junk", "defective"]'
    )
    always = '[[always_accepted]]\nname = "a"\nreasons = ["defective"]\n'
    (finding,) = found(text + always)
    assert "condition defective, which is never accepted" in finding.message
    assert found(text + always + 'conditions = ["defective"]\n') == []


def test_a_code_in_two_lists_is_a_contradiction() -> None:
    twice = WHOLE.replace('refused = ["other"]', 'refused = ["other"]\nperson = ["other"]')
    assert [f.rules for f in found(twice)] == [("reasons.person", "reasons.refused")]
    twice = WHOLE.replace('refused = ["junk"]', 'refused = ["junk", "used"]')
    assert "used stands in the lists accepted and refused" in found(twice)[0].message


@pytest.mark.parametrize(
    "more",
    [
        '[[limits]]\nname = "a"\ndays = 30\nreturns = 1\n[[limits]]\nname = "b"\ndays = 90\nreturns = 2\n',
        '[[offers]]\nname = "b"\nmethod = "voucher"\n',
        (
            f'[[windows]]\nname = "a"\ncategories = ["X"]\ndays = 5\n{TITLE}\n'
            f'[[windows]]\nname = "b"\ncountries = ["DE"]\ndays = 6\npriority = 1\n{TITLE}\n'
        ),
        (
            f'[[windows]]\nname = "a"\ncategories = ["X"]\ndays = 5\n{TITLE}\n'
            f'[[windows]]\nname = "b"\ncategories = ["Y"]\ndays = 6\n{TITLE}\n'
        ),
        f'[[final_sale]]\nname = "f"\ncategories = ["X"]\n{TITLE}\n',
    ],
)
def test_what_goes_together_is_left_alone(more: str) -> None:
    assert found(WHOLE + more) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("'late', ", "", "reasons", "the reasons late"),
        ("'used', ", "", "conditions", "the conditions used"),
        ("days = 30", 'days = 30\nskus = ["X"]\n' + TITLE, "windows", "no window for what no rule names"),
        ('paid_by = "shop"', 'paid_by = "shop"\nreasons = ["late"]', "labels", "who pays for the way back"),
        ("up_to = 100", "", "approval.up_to", "of any value"),
        (
            'method = "original_payment"',
            'method = "original_payment"\nreasons = ["late"]',
            "offers",
            "nothing is offered",
        ),
    ],
)
def test_a_gap_is_a_warning(old: str, new: str, rule: str, words: str) -> None:
    assert old in WHOLE
    findings = found(WHOLE.replace(old, new, 1))
    assert {f.severity for f in findings} == {"gap"}
    assert any(rule in f.rules and words in f.message for f in findings)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[windows]]\nname = "w"\nskus = ["X"]\ndays = 5\n', "called “w”"),
        ('[[fees]]\nname = "f"\npercent = 1\nreasons = ["other"]\n', "reasons that are refused: other"),
        ('[[always_accepted]]\nname = "a"\nreasons = ["late"]\ndays = 7\n', "shorter than a usual window"),
        (
            (
                f'[[windows]]\nname = "a"\ngroups = ["VIP"]\ndays = 5\n{TITLE}\n'
                f'[[windows]]\nname = "b"\ngroups = ["B2B"]\ndays = 6\n{TITLE}\n'
            ),
            "in the groups of both rules",
        ),
    ],
)
def test_what_is_doubtful_is_a_warning(more: str, words: str) -> None:
    (finding,) = found(WHOLE + more)
    assert finding.severity == "gap"
    assert words in finding.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[windows]", "not TOML"),
        ("", "currency is missing"),
        ('currency = "EUR"\n[windows]\ndays = 3\n', "write [[windows]] with two brackets"),
        ('currency = "EUR"\ncolour = 1\n', "colour is not a known key"),
        (
            WHOLE.replace("days = 30", "dais = 30"),
            "windows.standard.dais is not a known key. Did you mean days?",
        ),
        (
            WHOLE.replace("days = 30", "days = -1"),
            "windows.standard.days should be greater than or equal to 0",
        ),
        (WHOLE.replace('"junk"', '"broken"'), "conditions.standard.refused.1"),
        (WHOLE + '[[fees]]\nname = "f"\n', "fees.f: a fee has either amount or percent"),
        (WHOLE + '[[fees]]\nname = "f"\namount = 1.5e3\npercent = 1\n', "either amount or percent"),
        (WHOLE + '[[fees]]\nname = "f"\namount = nan\n', "fees.f.amount not a plain decimal number"),
        (WHOLE + '[[offers]]\nname = "o"\nmethod = "repair"\nbonus_percent = 1\n', "can carry a bonus"),
        (WHOLE + '[[offers]]\nname = "money"\nmethod = "repair"\n', "more than one rule called money"),
        (WHOLE + '[[limits]]\nname = "l"\ndays = 3\n', "at least one of returns, value, rate"),
        (
            WHOLE + '[[holidays]]\nname = "h"\nfirst = "11-01"\nlast = "02-29"\nuntil = "31-01"\n',
            "holidays.h.last 02-29 is not a day of every year",
        ),
        (
            WHOLE + '[[holidays]]\nname = "h"\nfirst = "11-01"\nlast = 2026-12-31\nuntil = "01-31"\n',
            "either all days of every year or all dates",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, words: str) -> None:
    with pytest.raises(NotAPolicy) as refused:
        read_policy(text)
    assert words in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(NotAPolicy) as refused:
        read_policy(WHOLE.replace("days = 30", "dais = 30").replace('"shop"', '"me"'))
    assert len(refused.value.mistakes) == 3  # the unknown key, the missing one, the wrong value
