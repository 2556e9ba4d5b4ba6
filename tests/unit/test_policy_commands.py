"""`odoo-rma policy …`: the file, the page for customers, what is printed, how it ends; and that its docs are whole."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel

from odoo_rma.cli.policy import policy as command
from odoo_rma.cli.session import Session
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.policy import RULE_TABLES, Policy, Rule
from odoo_rma.mappings.policy.case import Request
from odoo_rma.mappings.policy.page import page
from odoo_rma.mappings.policy.read import read_policy
from odoo_rma.mappings.policy.words import NAMES, SENTENCES
from odoo_rma.sync.policy_file import READY, load, ready, write_ready

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*arguments: str, session: Session | None = None) -> Result:
    return CliRunner().invoke(command, arguments, obj=session or Session())


class TestInit:
    @pytest.mark.parametrize("name", READY)
    def test_it_writes_a_policy_to_start_from(self, name: str, tmp_path: Path) -> None:
        assert call("init", name).exit_code == 0
        assert (tmp_path / "policy.toml").read_text("utf-8") == ready(name)

    def test_it_never_overwrites_unless_asked(self, tmp_path: Path) -> None:
        (tmp_path / "policy.toml").write_text("mine", encoding="utf-8")
        with pytest.raises(BadSettings, match="exists already"):
            write_ready("strict", tmp_path / "policy.toml")
        assert (tmp_path / "policy.toml").read_text("utf-8") == "mine"
        assert call("init", "strict", "--force").exit_code == 0
        assert (tmp_path / "policy.toml").read_text("utf-8") == ready("strict")
        assert [p.name for p in tmp_path.iterdir()] == ["policy.toml"]

    def test_its_currency_can_be_named(self, tmp_path: Path) -> None:
        call("init", "generous", "--currency", "CNY", "-o", "p.toml")
        assert load(tmp_path / "p.toml").currency == "CNY"

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        for overwrite in (True, False):
            with pytest.raises(BadSettings, match="cannot be written"):
                write_ready("strict", tmp_path / "gone" / "p.toml", overwrite=overwrite)


class TestFile:
    def test_none_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match="policy init generous"):
            load(None)
        with pytest.raises(BadSettings, match=r"no policy .*p\.toml"):
            load(tmp_path / "p.toml")

    def test_every_mistake_stands_on_its_own_line(self, tmp_path: Path) -> None:
        file = tmp_path / "p.toml"
        file.write_text('currency = "EUR"\ncolor = 1\n[[windows]]\nname = "w"\n', encoding="utf-8")
        with pytest.raises(BadSettings) as refused:
            load(file)
        assert len(str(refused.value).splitlines()) == 4
        assert "docs/policy.md" in str(refused.value)

    def test_another_encoding_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "p.toml").write_bytes(b'currency = "\xff"')
        with pytest.raises(BadSettings, match="cannot be read"):
            load(tmp_path / "p.toml")

    def test_the_settings_name_it_from_their_own_folder(self, tmp_path: Path, monkeypatch: Any) -> None:
        (tmp_path / "etc").mkdir()
        write_ready("strict", tmp_path / "etc" / "p.toml")
        settings = tmp_path / "etc" / "odoo-rma.toml"
        text = (
            '[odoo]\nurl = "https://e.example.com"\ndatabase = "d"\nlogin = "l"\n[run]\npolicy = "p.toml"\n'
        )
        settings.write_text(text, encoding="utf-8")
        result = call("show", session=Session(settings))
        assert result.output.rstrip("\n") == page(read_policy(ready("strict")), "en").rstrip("\n")


class TestCheck:
    def test_a_good_policy_ends_with_0(self) -> None:
        call("init", "generous")
        result = call("check")
        assert (result.exit_code, "complete" in result.output) == (0, True)
        assert json.loads(call("check", "policy.toml", "--json").output) == {"ok": True, "findings": []}

    def test_a_gap_is_a_warning(self, tmp_path: Path) -> None:
        (tmp_path / "p.toml").write_text('currency = "EUR"', encoding="utf-8")
        result = call("check", "p.toml")
        assert result.exit_code == 0
        assert "no window for what no rule names" in result.output
        assert "Contradictions: 0. Gaps: 5." in result.output

    def test_a_contradiction_ends_with_1(self, tmp_path: Path) -> None:
        text = ready("generous") + '\n[[fees]]\nname = "all"\npercent = 200\n'
        (tmp_path / "p.toml").write_text(text, encoding="utf-8")
        result = call("check", "p.toml", "--json")
        said = json.loads(result.output)
        assert (result.exit_code, said["ok"]) == (1, False)
        assert [f["rules"] for f in said["findings"]] == [["fees.all"]]


class TestShow:
    @pytest.mark.parametrize("name", READY)
    def test_both_languages_tell_the_same(self, name: str) -> None:
        policy = read_policy(ready(name))
        english, chinese = page(policy, "en"), page(policy, "zh")
        assert not CHINESE.search(english)
        numbers = re.compile(r"\d+(?:\.\d+)?")
        for number in {str(w.days) for w in policy.windows} | {str(a.days) for a in policy.always_accepted}:
            assert number in numbers.findall(english) and number in numbers.findall(chinese)
        for mark in ("\n## ", "\n- ", "\n   - "):
            assert english.count(mark) == chinese.count(mark)

    def test_every_rule_is_on_the_page(self) -> None:
        text = """
        currency = "EUR"
        shop = { en = "Nordwind", zh = "北风" }
        windows = [{ name = "a", days = 11, countries = ["DE"], channels = ["web"] }, { name = "b", days = 12 }]
        holidays = [{ name = "spring", first = 2027-01-20, last = 2027-02-20, until = 2027-03-31 }]
        fees = [{ name = "f", amount = 13.5, skus = ["X1"], conditions = ["used"] }]
        labels = [{ name = "l", paid_by = "customer", cost = 4.9, groups = ["B2B"] }]
        offers = [{ name = "v", method = "voucher", bonus_amount = 3 }]
        keep_item = [{ name = "k", below = 7 }]
        limits = [{ name = "c", days = 14, value = 15 }]
        """
        english, chinese = (page(read_policy(text), lang) for lang in ("en", "zh"))
        for part in (
            "# Returns at Nordwind",
            "Delivered to DE; sold through web**: 11 days from delivery",
            "Everything else**: 12 days",
            "from January 20, 2027 to February 20, 2027 may come back until March 31, 2027",
            "Restocking fee (Items X1; if the item is: used): 13.50 EUR",
            "Way back (Customers: B2B): you pay; with our label we keep 4.90 EUR",
            "Voucher**, with 3.00 EUR on top",
            "less than 7.00 EUR",
            "within 14 days more than 15.00 EUR",
        ):
            assert part in english
        for part in (
            "# 北风退货说明",
            "收货地 DE，销售渠道 web**：自收货之日起11天内",
            "2027年1月20日至2027年2月20日",
        ):
            assert part in chinese

    def test_an_empty_policy_still_gives_a_page(self) -> None:
        policy = read_policy('currency = "EUR"')
        assert "Please ask us" in page(policy, "en")
        assert "请向我们咨询" in page(policy, "zh")


class TestWords:
    @pytest.mark.parametrize("name", SENTENCES)
    def test_both_languages_say_the_same_values(self, name: str) -> None:
        english, chinese = (set(re.findall(r"\{(\w+)\}", text)) for text in SENTENCES[name])
        assert english == chinese
        assert CHINESE.search(SENTENCES[name][1]) and not CHINESE.search(SENTENCES[name][0])

    @pytest.mark.parametrize("kind", NAMES)
    def test_every_code_has_its_words(self, kind: Any) -> None:
        assert set(NAMES[kind]) == {member.value for member in kind}


class TestExplain:
    @pytest.fixture
    def explained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        request = Request.model_validate(
            {
                "order": "S00042",
                "sku": "MUG",
                "quantity": 2,
                "amount": "19.90",
                "currency": "USD",
                "reason": "changed_mind",
                "condition": "used",
                "on": date(2026, 3, 10),
                "ordered": date(2026, 3, 1),
                "delivered": date(2026, 3, 3),
            }
        )
        configured = Settings.model_validate(
            {"odoo": {"url": "https://e.example.com", "database": "d", "login": "l"}}
        )
        monkeypatch.setattr("odoo_rma.connector.settings.load", lambda _path: configured)
        monkeypatch.setattr("odoo_rma.sync.policy.connect", lambda *_: _Closed())
        monkeypatch.setattr("odoo_rma.sync.policy.read_request", lambda *_, **__: request)

    ASKED = (
        "explain",
        "--order",
        "S00042",
        "--sku",
        "MUG",
        "--reason",
        "changed_mind",
        "--condition",
        "used",
    )

    @pytest.mark.usefixtures("explained")
    def test_it_prints_the_decision_and_every_rule(self) -> None:
        call("init", "generous")
        result = call(*self.ASKED)
        assert result.exit_code == 0
        for part in (
            "Authorized",
            "windows.standard",
            "fees.used",
            "1.99 USD",
            "17.91 USD",
            "offers.exchange",
        ):
            assert part in result.output

    @pytest.mark.usefixtures("explained")
    def test_in_chinese_too(self) -> None:
        call("init", "strict")
        result = call(*self.ASKED, "--lang", "zh")
        assert "不予退货" in result.output and "退货截止日期" in result.output

    @pytest.mark.parametrize("quantity", ["0", "-1", "x", "1e3"])
    def test_an_absurd_quantity_is_refused(self, quantity: str) -> None:
        assert call(*self.ASKED, "--quantity", quantity).exit_code == 2


class _Closed:
    def close(self) -> None:
        """Nothing is open."""


def _inner(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    kind = model.model_fields[key].annotation
    kinds = [kind, *get_args(kind)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def tables() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for key in Policy.model_fields:
        model = _inner(Policy, key)
        if model and key != "shop":
            found[f"[[{key}]]" if key in RULE_TABLES else f"[{key}]"] = model
    return found


def test_every_table_and_key_is_explained_in_the_docs() -> None:
    for key, field in Policy.model_fields.items():
        assert f"| `{key}` |" in PAGE or f"`[{key}]`" in PAGE or f"`[[{key}]]`" in PAGE, key
        assert field.description and field.description.rstrip(".") in PAGE, key
    for heading, model in tables().items():
        _, found, rest = PAGE.partition(f"### `{heading}`\n")
        assert found, f"docs/policy.md has no section {heading}"
        section = rest.partition("\n##")[0]
        own = set(model.model_fields) - (set(Rule.model_fields) if issubclass(model, Rule) else set())
        for key in own:
            description = model.model_fields[key].description or "?"
            assert f"| `{key}` |" in section, f"{heading}: {key}"
            assert description in section, f"{heading}: {key} is described otherwise"
    section = PAGE.partition("### What all rules have\n")[2].partition("\n##")[0]
    for key, field in Rule.model_fields.items():
        assert f"| `{key}` | " in section and (field.description or "?") in section, key


def test_the_example_in_the_docs_is_a_policy() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert examples
    for example in examples:
        text = example if "currency =" in example else 'currency = "EUR"\n' + example
        read_policy(text)
