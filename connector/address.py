"""The address of another machine, as the settings give it: checked before any secret is sent there."""

import ipaddress
from urllib.parse import urlsplit

from odoo_rma.connector.errors import BadSettings

__all__ = ["checked_address", "is_here"]


def checked_address(url: str, *, setting: str, allow_http: bool, gives_away: str, path: bool = False) -> str:
    """Give scheme, host, port and (with `path`) path of an address, without a slash at the end.

    `setting` is where it was given, such as `odoo.url`; `gives_away` what plain http would show to others.

    Raises:
        BadSettings: it is no such address, or plain http to another machine.

    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadSettings(f"{setting} is no address: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSettings(f"{setting} must start with https:// (or http://) and name a host.")
    more = parts.path.strip("/")
    if parts.username or parts.password or parts.query or parts.fragment or (more and not path):
        raise BadSettings(
            f"{setting} must hold the scheme, the host and the port only, such as https://erp.example.com"
        )
    if parts.scheme == "http" and not (allow_http or is_here(parts.hostname)):
        flag = f"{setting.rpartition('.')[0]}.allow_http"
        raise BadSettings(
            f"Plain http would send the {gives_away} unprotected. Use https, or set {flag} = true."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "") + (f"/{more}" if more else "")


def is_here(host: str) -> bool:
    """Tell that a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
