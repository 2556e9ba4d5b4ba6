"""The settings as records: what `odoo-rma.toml` and `ODOO_RMA_…` in the environment may say.

Every field is explained in docs/settings.md; `settings.py` reads and writes them.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    SecretStr,
    StringConstraints,
    field_serializer,
    field_validator,
    model_validator,
)

from odoo_rma.connector.settings_alerts import AlertSettings
from odoo_rma.connector.settings_part import Part
from odoo_rma.connector.settings_process import (
    CrmSettings,
    ExchangeSettings,
    InspectionSettings,
    MessageSettings,
    PaymentSettings,
)
from odoo_rma.connector.settings_store import StoreSetting
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.ownership import FREE, OWNERS, Fact, Side, owners
from odoo_rma.mappings.vocabulary import ChargeKind

SECRETS = ("password", "api_key", "feedback_secret", "mail_password", "webhook_secret", "store_password")
"""Keys that never come from the file, in whatever table they stand."""


class Transport(StrEnum):
    """How to talk to Odoo."""

    AUTO = "auto"
    ODOORPC = "odoorpc"
    JSON2 = "json2"


class OdooSettings(Part):
    """`[odoo]`: where the Odoo is and who we are there."""

    url: str = Field(description="Address, such as https://erp.example.com")
    database: str = Field(description="Database name.")
    login: str = Field(description="Login of the Odoo user.")
    company: str | None = Field(None, description="Company name, where the user may see several.")
    transport: Transport = Field(
        Transport.AUTO, description="auto takes JSON-2 where the server has it and a key is there."
    )
    timeout: float = Field(120.0, gt=0, description="Total seconds that one call may take.")
    verify_tls: bool = Field(True, description="Check the server's certificate.")
    allow_http: bool = Field(False, description="Permit plain http to another machine than this one.")


class Secrets(Part):
    """From the environment (`ODOO_RMA_PASSWORD`, `ODOO_RMA_API_KEY`, `ODOO_RMA_FEEDBACK_SECRET`) or the keyring.

    Never from the file.
    """

    password: SecretStr | None = None
    api_key: SecretStr | None = None
    feedback_secret: SecretStr | None = None
    mail_password: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    store_password: SecretStr | None = None

    @property
    def feedback(self) -> str:
        """Give the secret that signs links in requests for feedback; empty when there is none."""
        return self.feedback_secret.get_secret_value() if self.feedback_secret else ""

    @property
    def mail(self) -> str:
        """Give the password at the mail server; empty when there is none."""
        return self.mail_password.get_secret_value() if self.mail_password else ""

    @property
    def webhook(self) -> str:
        """Give the secret that signs what the webhook gets; empty when there is none."""
        return self.webhook_secret.get_secret_value() if self.webhook_secret else ""

    @property
    def store(self) -> str:
        """Give the password at the store's database; empty when there is none."""
        return self.store_password.get_secret_value() if self.store_password else ""


class ChargesBy(StrEnum):
    """Who says what is kept from a refund."""

    SOURCE = "source"
    POLICY = "policy"


class SourceSettings(Part):
    """`[sources.NAME]`: a returns system."""

    type: str = Field(
        "files", description="Which kind of source: `files` reads a folder, `medusa` a Medusa 2."
    )
    path: Path = Field(Path("rma"), description="The folder that holds inbox, done, refused and outbox.")
    owners: dict[Fact, Side] = Field(
        default_factory=dict,
        description="Who owns receipt, disposition and refund: rma (Odoo follows the source) or erp (the source is told); "
        "all three rma when left out.",
    )
    credit_note_on: CreditOn = Field(CreditOn.REFUND, description="What makes a credit note due.")
    decide: bool = Field(
        True, description="Decide requests by the return policy; false leaves that to the source."
    )
    charges: ChargesBy = Field(
        ChargesBy.SOURCE,
        description="Who says what is kept from a refund: source, or policy by what was found on inspection "
        '(with `credit_note_on = "inspection"` and a policy).',
    )
    max_bytes: int = Field(20_000_000, gt=0, description="Largest file accepted.")
    max_depth: int = Field(64, gt=0, description="Deepest nesting accepted.")
    max_elements: int = Field(
        100_000, gt=0, description="Most elements (XML) or values (JSON) accepted per RMA."
    )
    quiet_seconds: float = Field(
        2.0, ge=0, description="A file changed less than so many seconds ago is still being written."
    )
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="What only this kind of source needs: for `medusa` see medusa.md; `files` takes nothing.",
    )

    @field_validator("options")
    @classmethod
    def _hidden(cls, value: dict[str, Any]) -> dict[str, Any]:
        # Secrets come in from the environment as text; from here on nothing prints them.
        return {k: SecretStr(v) if k in SECRETS and isinstance(v, str) else v for k, v in value.items()}

    @field_serializer("options")
    def _without_secrets(self, value: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in value.items() if k not in SECRETS}

    @field_validator("owners")
    @classmethod
    def _may_be_turned(cls, value: dict[Fact, Side]) -> dict[Fact, Side]:
        fixed = sorted(f.value for f in value if f not in FREE and value[f] is not OWNERS[f])
        if fixed:
            raise ValueError(
                f"turns round {', '.join(fixed)}; only {', '.join(sorted(FREE))} may have another owner"
            )
        return value

    def owner(self, fact: Fact) -> Side:
        """Say who owns a fact."""
        return owners(self.owners)[fact]


FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class MatchingSettings(Part):
    """`[matching]`: how orders are found."""

    order_fields: tuple[FieldName, ...] = Field(
        ("client_order_ref", "name"),
        min_length=1,
        description="Text fields of the sale order that may hold the reference; your own (`x_…`) too.",
    )


class AccountingSettings(Part):
    """`[accounting]`: how credit notes are made."""

    post: bool = Field(True, description="False leaves every credit note in draft.")
    journal: str | None = Field(
        None, description="Code of the credit note journal; the invoice's own when left out."
    )
    charge_accounts: dict[ChargeKind, str] = Field(
        default_factory=dict,
        description="Account code per kind of charge; the invoice line's income account when left out.",
    )
    charge_taxes: dict[ChargeKind, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Names of the taxes on a kind of charge; without tax when left out (a shipping refund: as charged).",
    )
    rounding_account: str | None = Field(
        None, description="Account code of rounding lines; income when left out."
    )


class RunSettings(Part):
    """`[run]`: how a run works."""

    store: StoreSetting = Field(
        Path("odoo-rma.sqlite"),
        description="Our own store (snapshots, quarantine, history): a file, or `postgresql://…` for several hosts "
        "(docs/workers.md).",
    )
    batch: Annotated[int, Field(ge=1, le=1000)] = Field(
        50, description="RMAs per batch, at most; fewer while Odoo does not answer in time."
    )
    policy: Path | None = Field(None, description="The return policy (docs/policy.md); none when left out.")


class WorkerSettings(Part):
    """`[workers]`: the jobs of `odoo-rma worker` (docs/workers.md); times as cron writes them, in UTC."""

    lanes: Annotated[int, Field(ge=1, le=256)] = Field(
        8, description="Into so many shares the orders are divided that may be worked on side by side."
    )
    pull: str = Field("* * * * *", description="When the sources are read.")
    push: str = Field("* * * * *", description="When changes made in Odoo are noticed.")
    reconcile: str = Field("23 2 * * *", description="When everything is compared.")
    dead_after: float = Field(
        30.0,
        ge=1,
        le=600,
        description="A worker that gave no sign of life for so many seconds counts as dead; its jobs are taken over.",
    )

    @field_validator("pull", "push", "reconcile")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if not re.fullmatch(r"([0-9*/,-]+ +){4}[0-9*/,-]+", value.strip()):
            raise ValueError('should be five fields as in a table of cron, such as "*/5 * * * *"')
        return value.strip()


SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]


class Settings(Part):
    """The whole file. Relative paths are taken from the folder of the file."""

    odoo: OdooSettings
    sources: dict[SourceName, SourceSettings] = Field(default_factory=dict)
    matching: MatchingSettings = MatchingSettings()
    inspection: InspectionSettings = InspectionSettings()
    accounting: AccountingSettings = AccountingSettings()
    payments: PaymentSettings = PaymentSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    messages: MessageSettings = MessageSettings()
    crm: CrmSettings = CrmSettings()
    alerts: AlertSettings = AlertSettings()
    run: RunSettings = RunSettings()
    workers: WorkerSettings = WorkerSettings()
    secrets: Secrets = Field(Secrets(), exclude=True, repr=False)

    @model_validator(mode="after")
    def _charges_by_policy(self) -> Self:
        for name, source in self.sources.items():
            if source.charges is not ChargesBy.POLICY:
                continue
            if self.run.policy is None or source.credit_note_on is not CreditOn.INSPECTION:
                raise ValueError(
                    f'sources.{name}.charges = "policy" needs a policy under [run], and credit_note_on = "inspection": '
                    "before that nobody knows what the goods look like"
                )
        return self

    @model_validator(mode="after")
    def _somebody_begins(self) -> Self:
        for name, source in self.sources.items():
            if source.owner(Fact.REFUND) is Side.ERP and source.credit_note_on is CreditOn.REFUND:
                raise ValueError(
                    f'sources.{name}: where Odoo owns the refund, credit_note_on is "receipt" or "inspection"; with '
                    '"refund" each side would wait for the other'
                )
        return self

    @model_validator(mode="after")
    def _own_folders(self) -> Self:
        taken: dict[Path, str] = {}
        for name, source in self.sources.items():
            other = taken.setdefault(source.path, name) if source.type == "files" else name
            if other != name:
                raise ValueError(
                    f"the sources {other} and {name} share the folder {source.path}; give each its own"
                )
        return self
