"""The source of type `medusa` passes the conformance suite, over a Medusa in memory that does what the real one does wrong."""

from collections.abc import Iterator

import pytest
import stamina
from pytest_httpserver import HTTPServer
from webshop import Door, WebShop
from webshop.lab import WebShopLab

from odoo_rma.connector.sources.conformance import Lab, SourceConformance


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """Try again at once, and only once."""
    with stamina.set_testing(True, attempts=2):
        yield


class TestMedusa(SourceConformance):
    """Everything but what Medusa cannot do: decide about requests."""

    @pytest.fixture
    def lab(self, httpserver: HTTPServer) -> Lab:
        shop = WebShop()
        return WebShopLab(shop, Door(shop, httpserver))
