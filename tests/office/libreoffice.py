"""LibreOffice without a screen: opens a file, calculates everything anew, and saves it in another format."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Calculate when a workbook is opened; LibreOffice would show what the file says otherwise."""


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Open a workbook in LibreOffice and save it as `kind`; no LibreOffice is a failure, not a reason to skip."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is not installed: apt-get install libreoffice-calc-nogui, or run `make test`."
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run(
        [*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=300
    )
    made = folder / f"{path.stem}.{kind}"
    assert made.is_file()
    return made


def without_results(path: Path, target: Path) -> Path:
    """Copy a workbook with 0 as the result of every formula: right numbers can then only be calculated ones."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>0</v>", content)
            new.writestr(name, content)
    return target
