"""The file of the return policy: read it, or write a ready one to start from. Nothing here needs an Odoo."""

from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from odoo_rma.connector.errors import BadSettings
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.policy.read import NotAPolicy, read_policy

READY = ("generous", "strict")
"""The policies that come with the program."""

NO_POLICY = (
    "No return policy is named. Write one with `odoo-rma policy init generous`, then name the file here, or as "
    "run.policy in the settings."
)


def load(path: Path | None) -> Policy:
    """Read a policy.

    Raises:
        BadSettings: there is none, or it is wrong; the message names every mistake.

    """
    if path is None:
        raise BadSettings(NO_POLICY)
    try:
        return read_policy(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadSettings(
            f"There is no policy {path}. Correct the path, or write one with `odoo-rma policy init generous`."
        ) from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} cannot be read: it is not UTF-8 text.") from None
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from None
    except NotAPolicy as wrong:
        listed = "".join(f"\n  {mistake}" for mistake in wrong.mistakes)
        raise BadSettings(f"{path} is no policy yet:{listed}\ndocs/policy.md explains every key.") from None


def ready(name: str, currency: str | None = None) -> str:
    """Give the text of a ready policy, with its amounts in another currency where one is named."""
    text = (files("odoo_rma.mappings") / "policies" / f"{name}.toml").read_text("utf-8")
    return text.replace('currency = "USD"', f'currency = "{currency}"', 1) if currency else text


def write_ready(name: str, path: Path, *, currency: str | None = None, overwrite: bool = False) -> None:
    """Write a ready policy into a file to start from.

    Raises:
        BadSettings: the file exists and may not be overwritten, or it cannot be written.

    """
    if not path.name:
        raise BadSettings("The policy needs a file name, such as policy.toml.")
    text = ready(name, currency)
    fresh = path.with_name(f".{path.name}.tmp")
    try:
        if overwrite:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        else:
            # Made only if it is not there, in one step: nobody's file is lost between a look and a write.
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except FileExistsError:
        raise BadSettings(f"{path} exists already. Move it away, or ask for it to be overwritten.") from None
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise BadSettings(f"{path} cannot be written: {error.strerror}.") from None
