"""The answer key in a request for feedback: which return it is about, signed, so that nobody can answer for another."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

_SALT = "odoo-rma feedback"


def sign(source: str, rma_id: str, secret: str) -> str:
    """Give the key for one return; it stands in a link and is safe there.

    Raises:
        ValueError: there is no secret.

    """
    return _signer(secret).dumps([source, rma_id])


def read(token: str, secret: str) -> tuple[str, str]:
    """Give source and id of the return that a key is for.

    Raises:
        ValueError: it was not signed with this secret; or there is no secret.

    """
    try:
        found: Any = _signer(secret).loads(token)
    except BadData:
        raise ValueError("This answer key is not one of ours, or it was cut off.") from None
    if not (isinstance(found, list) and len(found) == 2 and all(isinstance(part, str) for part in found)):
        raise ValueError("This answer key is signed with our secret, but says nothing about a return.")
    source, rma_id = found
    return source, rma_id


def _signer(secret: str) -> URLSafeSerializer:
    if not secret:
        raise ValueError("There is no secret to sign feedback links with: set ODOO_RMA_FEEDBACK_SECRET.")
    return URLSafeSerializer(secret, salt=_SALT)
