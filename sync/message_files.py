"""The shop's own message templates: read from the folder in the settings, checked before anything is sent."""

import re
from pathlib import Path

from odoo_rma.connector.errors import BadSettings
from odoo_rma.mappings.message_text import FRAME, Texts
from odoo_rma.mappings.vocabulary import MessageStep

LARGEST = 200_000
_NAME = re.compile(r"([a-z_]+)\.([a-z]{2,3}(?:_[A-Za-z]{2,4})?)\.html")
_STEPS = frozenset({FRAME, *(s.value for s in MessageStep)})


def load_texts(folder: Path | None) -> Texts:
    """Read the shop's templates; ours where there are none.

    Raises:
        BadSettings: the folder is not there, or holds what is no template; all that is wrong is named.

    """
    if folder is None:
        return Texts()
    if not folder.is_dir():
        raise BadSettings(f"messages.templates names {folder}, which is no folder.")
    own, wrong = {}, []
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or file.suffix != ".html":
            continue
        try:
            own[file.name] = _read(file)
        except ValueError as error:
            wrong.append(f"{file.name}: {error}")
    if wrong:
        raise BadSettings(f"Templates in {folder} cannot be used. {' '.join(wrong)}")
    return Texts(own)


def _read(file: Path) -> str:
    match = _NAME.fullmatch(file.name)
    if not match or match[1] not in _STEPS:
        steps = ", ".join(sorted(_STEPS))
        raise ValueError(f"a template is named STEP.LANGUAGE.html, and STEP is one of {steps}.")
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST} bytes.")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8.") from None
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror}).") from None
