"""`[sources.NAME.options]` of a source of type `medusa`."""

from pydantic import Field, SecretStr, field_validator

from odoo_rma.connector.settings_part import Part
from odoo_rma.mappings.vocabulary import Condition, Disposition, ReasonCode


class MedusaOptions(Part):
    """Where the Medusa is, and how its words are meant."""

    url: str = Field(description="Address of the Medusa server, such as https://shop.example.com")
    api_key: SecretStr | None = Field(
        None, description="Secret API key; only from the environment or the keyring, never from the file."
    )
    admin_url: str | None = Field(
        None, description="Address of Medusa's screens, for links; `url` with /app when left out."
    )
    timeout: float = Field(60.0, gt=0, description="Total seconds that one call may take.")
    verify_tls: bool = Field(True, description="Check the server's certificate.")
    allow_http: bool = Field(False, description="Permit plain http to another machine than this one.")
    reference: str = Field(
        "reference",
        description="Key in the order's metadata that holds the order's reference in Odoo.",
    )
    order_number: str = Field(
        "{number}",
        description="The order's reference in Odoo where its metadata has none; {number} is Medusa's own number.",
    )
    reasons: dict[str, ReasonCode] = Field(
        default_factory=dict,
        description="Canonical reason per value or label of a return reason; those that are called alike need none.",
    )
    dismissed: Disposition = Field(
        Disposition.QUARANTINE, description="What becomes of units that Medusa received as damaged."
    )
    dismissed_condition: Condition = Field(
        Condition.DAMAGED_CUSTOMER,
        description="What such units look like, where the reason of the return does not say.",
    )
    refund_reason: str | None = Field(
        None, description="Code of the refund reason that refunds made for Odoo get; none when left out."
    )
    overlap: float = Field(
        60.0, ge=0, description="Seconds before the last change seen that are looked at again."
    )
    refund_days: int = Field(
        90,
        ge=1,
        description="Days after the last change of a return in which its order's refunds are watched.",
    )
    page: int = Field(500, ge=1, le=5_000, description="Rows asked for at a time.")

    @field_validator("order_number")
    @classmethod
    def _has_number(cls, value: str) -> str:
        if "{number}" not in value:
            raise ValueError("should hold {number}")
        return value
