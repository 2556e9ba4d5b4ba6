"""The options of a Medusa: what is refused and in which words, where the key comes from, and that their page is complete."""

import re
import sys
from pathlib import Path

import keyring
import pytest
from pydantic import SecretStr

from odoo_rma.connector import settings as module
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import SourceSettings, load, save
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.connector.sources.options import secret_of

PAGE = Path(__file__).parents[2] / "docs" / "medusa.md"
FILE = """
[odoo]
url = "https://erp.example.com"
database = "d"
login = "l"

[sources.web]
type = "medusa"

[sources.web.options]
url = "https://shop.example.com"
"""


def opened(**options: object) -> MedusaSource:
    given = {"url": "https://shop.example.com", "api_key": "sk_canary", **options}
    return MedusaSource("web", SourceSettings.model_validate({"type": "medusa", "options": given}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"uri": "x"}, "sources.web.options.uri is not a known key. Did you mean url?"),
        ({"timeout": 0}, "sources.web.options.timeout should be greater than 0, but is 0."),
        ({"reasons": {"pinches": "tight"}}, "sources.web.options.reasons.pinches should be 'size_small'"),
        ({"order_number": "WEB"}, "order_number should hold {number}"),
        ({"url": "shop.example.com"}, "sources.web.options.url must start with https://"),
        (
            {"url": "http://shop.example.com"},
            "Plain http would send the API key unprotected. Use https, or set sources.",
        ),
        ({"api_key": ""}, "ODOO_RMA_SOURCES__WEB__OPTIONS__API_KEY"),
        ({"api_key": "sk_\u00e4"}, "copy it again"),
    ],
)
def test_a_mistake_is_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(BadSettings) as refused:
        opened(**options)
    assert words in str(refused.value)
    assert "canary" not in str(refused.value) and "ä" not in str(refused.value)


def test_a_missing_address_is_named() -> None:
    with pytest.raises(BadSettings, match=r"sources\.web\.options\.url is missing"):
        MedusaSource("web", SourceSettings(type="medusa"))


def test_plain_http_goes_out_where_it_is_allowed_and_a_path_is_kept() -> None:
    source = opened(url="http://10.0.0.1:9000/backend/", allow_http=True)
    assert source._api.url == "http://10.0.0.1:9000/backend"
    source.close()


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [n for n in module.os.environ if n.startswith("ODOO_RMA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ODOO_RMA_SOURCES__WEB__OPTIONS__API_KEY", "sk_canary")
    file = tmp_path / "odoo-rma.toml"
    file.write_text(FILE, encoding="utf-8")
    settings = load(file)
    save(settings, tmp_path / "copy.toml")
    shown = repr(settings) + str(settings) + settings.model_dump_json() + (tmp_path / "copy.toml").read_text()
    assert "canary" not in shown and "**" not in (tmp_path / "copy.toml").read_text()
    source = MedusaSource("web", settings.sources["web"])
    assert source._api._headers["Authorization"] == "Basic c2tfY2FuYXJ5Og=="
    assert "canary" not in repr(source._options)
    source.close()


def test_the_key_comes_from_the_keyring_where_the_environment_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = {("odoo-rma", "sources.web.api_key"): "sk_kept"}
    monkeypatch.setattr(keyring, "get_password", lambda *entry: kept.get(entry))
    assert secret_of("web", "api_key", None) == "sk_kept"
    assert secret_of("web", "api_key", SecretStr("sk_given")) == "sk_given"


def default(name: str) -> str:
    field = MedusaOptions.model_fields[name]
    value = field.get_default(call_default_factory=True)
    if field.is_required():
        return "needed"
    if value is None or value == {}:
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def rows() -> str:
    fields = MedusaOptions.model_fields.items()
    lines = [f"| `{name}` | {default(name)} | {field.description} |" for name, field in fields]
    return "\n".join(["| Key | Default | Meaning |", "|---|---|---|", *lines])


def test_every_option_stands_on_the_page_as_it_is() -> None:
    assert rows() in PAGE.read_text("utf-8"), (
        "write the table again: python tests/unit/test_medusa_options.py"
    )


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    new = re.sub(
        r"(<!-- options -->\n\n).*?(\n\n<!-- /options -->)",
        lambda m: f"{m[1]}{rows()}{m[2]}",
        text,
        flags=re.DOTALL,
    )
    PAGE.write_text(new, encoding="utf-8")
    sys.exit()
