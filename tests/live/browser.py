"""A real browser on Odoo's own screens."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from odoo_rma.sandbox import Env

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium keeps to this machine."""
SLOW = 60_000  # milliseconds; the first page makes Odoo build its assets


def program() -> str:
    """Where Chromium is; no Chromium is a failure, not a reason to skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is not installed: apt-get install chromium, or run `make test`."
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser in which nobody is logged in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), headless=True, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def opened(shop: Env, login: str, profile: Path) -> Iterator[Page]:
    """Open a browser in which somebody is logged in."""
    with sync_playwright() as playwright:
        window = {"width": 1600, "height": 900}  # wide enough for Odoo to put the chatter beside the form
        browser = playwright.chromium.launch_persistent_context(
            profile, executable_path=program(), headless=True, args=list(QUIET), viewport=window
        )
        browser.set_default_timeout(SLOW)
        expect.set_options(timeout=SLOW)
        page = browser.new_page()
        page.goto(f"{shop.url}/web/login?db={shop.database}")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        expect(page.locator(".o_main_navbar")).to_be_visible()
        yield page
        browser.close()
