"""An alert as a POST with JSON, signed as Standard Webhooks says, so that receivers have ready libraries to check it.

Signed is `id.timestamp.body` with HMAC-SHA256; the headers are `webhook-id`, `webhook-timestamp` (seconds) and
`webhook-signature` (`v1,` and base64).
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlsplit

from odoo_rma.connector import redact
from odoo_rma.connector.alerts import Alert, NotSent
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.settings_alerts import AlertSettings
from odoo_rma.connector.wire import Wire

_PREFIX = "whsec_"


def post(alert: Alert, settings: AlertSettings, secret: str, at: datetime) -> None:
    """Send an alert to the webhook, `at` this time; without a secret it is not signed.

    Raises:
        NotSent: nobody answers there, or not with success.

    """
    redact.register(secret)
    parts = urlsplit(settings.webhook())
    body = json.dumps(asdict(alert) | {"text": alert.text}, default=_plain).encode()
    headers = {
        "content-type": "application/json",
        "user-agent": "odoo-rma",
        **sign(alert.id, at, body, secret),
    }
    wire = Wire(f"{parts.scheme}://{parts.netloc}", timeout=settings.timeout)
    try:
        reply = wire.send("POST", parts.path or "/", body, headers)
    except RmaError as error:
        raise NotSent(f"The webhook did not take the alert: {error}") from None
    finally:
        wire.close()
    if not 200 <= reply.status < 300:
        raise NotSent(f"The webhook at {parts.netloc} did not take the alert: it answers {reply.status}.")


def sign(id_: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """Give the headers that show who sent a message, and when."""
    seconds = str(int(at.timestamp()))
    headers = {"webhook-id": id_, "webhook-timestamp": seconds}
    if secret:
        signed = b".".join((id_.encode(), seconds.encode(), body))
        mark = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mark).decode()}"
    return headers


def _key(secret: str) -> bytes:
    """Give the key: what follows `whsec_` is base64, everything else is taken as it is."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
