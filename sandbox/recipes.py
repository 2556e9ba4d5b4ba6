"""What each Odoo version needs: its Debian suite, its Python, its packages from PyPI."""

from __future__ import annotations

from dataclasses import dataclass

NEWEST_KNOWN = 19
OLDEST = 14
SUITE_OF_NEWEST = "unstable"

MODULES = (
    "stock",
    "sale_management",
    "account",
    "sale_stock",
    "stock_account",
    "crm",
    "repair",
    "mrp",
)

GIFT_CARDS = "sale_loyalty"  # with 16, and not before

WEB_CLIENT = (  # the web client follows links into these packages; without them every page answers 500
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
)

PYPI_NEWEST = [
    "asn1crypto",
    "babel",
    "cbor2",
    "chardet",
    "cryptography",
    "python-dateutil",
    "docutils",
    "geoip2",
    "gevent",
    "greenlet",
    "idna",
    "jinja2",
    "libsass",
    "lxml",
    "lxml-html-clean",
    "markupsafe",
    "num2words",
    "ofxparse",
    "openpyxl",
    "pyopenssl",
    "pillow",
    "polib",
    "psutil",
    "psycopg2-binary",
    "pypdf",
    "pytz",
    "qrcode",
    "reportlab",
    "requests",
    "rjsmin",
    "pyserial",
    "python-stdnum",
    "urllib3",
    "pyusb",
    "vobject",
    "werkzeug",
    "xlrd",
    "xlsxwriter",
    "xlwt",
    "zeep",
    "freezegun",
    "python-magic",
    "passlib",
    "setuptools<81",
]

PYPI_14 = [
    "babel",
    "python-dateutil",
    "decorator",
    "docutils",
    "feedparser",
    "gevent",
    "html2text",
    "idna",
    "jinja2<3.1",
    "libsass",
    "lxml<5",
    "mako",
    "mock",
    "ofxparse",
    "passlib",
    "pillow<10",
    "polib",
    "psutil",
    "psycopg2-binary",
    "pydot",
    "pyparsing",
    "PyPDF2<2",
    "qrcode",
    "reportlab<4",
    "requests",
    "pyserial",
    "python-stdnum",
    "pytz",
    "pyusb",
    "vobject",
    "werkzeug<1",
    "xlsxwriter",
    "xlwt",
    "zeep",
    "chardet",
    "freezegun",
    "num2words",
    "xlrd<2",
    "markupsafe<2.1",
]


@dataclass(frozen=True)
class Recipe:
    """How one version is put together.

    Attributes:
        version: the major version, 19.
        suite: the Debian suite whose package is taken.
        packages: Debian packages to unpack, Odoo's own first.
        python: the Python the version needs ("3.9"), or None for the one running now.
        pypi: Python packages in the order of installation: later groups may override earlier ones.
        modules: the Odoo modules to install.
    """

    version: int
    suite: str
    packages: tuple[str, ...]
    python: str | None
    pypi: tuple[tuple[str, ...], ...]
    modules: tuple[str, ...]


def recipe(version: int) -> Recipe:
    """The recipe of a version: 14, or 19 and newer.

    Raises:
        KeyError: no Debian suite carries this version.
    """
    if version == OLDEST:
        groups = (tuple(PYPI_14), ("setuptools<58",))
        return Recipe(14, "bullseye", ("odoo-14",), "3.9", groups, (*MODULES, "l10n_generic_coa"))
    if version >= NEWEST_KNOWN:
        packages = (f"odoo-{version}", *WEB_CLIENT)
        return Recipe(version, SUITE_OF_NEWEST, packages, None, (tuple(PYPI_NEWEST),), (*MODULES, GIFT_CARDS))
    raise KeyError(version)
