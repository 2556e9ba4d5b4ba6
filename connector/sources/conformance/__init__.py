"""The conformance suite: tests that any source has to pass. Needs pytest: `pip install odoo-rma pytest`.

A source's own tests name how to play its system, and inherit every test:

    class TestMySource(SourceConformance):
        @pytest.fixture
        def lab(self, tmp_path):
            return MyLab(tmp_path)

docs/extending.md has a whole example.
"""

import pytest

# Before the modules are imported, so that a failing assert shows its values in other people's test runs, too.
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in ("manners", "reading", "telling")))

from odoo_rma.connector.sources.conformance.lab import Lab, Shows, Truth
from odoo_rma.connector.sources.conformance.manners import Manners
from odoo_rma.connector.sources.conformance.reading import Reading
from odoo_rma.connector.sources.conformance.telling import Telling

__all__ = ["Lab", "Shows", "SourceConformance", "Truth"]


class SourceConformance(Reading, Telling, Manners):
    """All tests; whoever inherits them gives a fixture `lab`."""

    @pytest.fixture
    def lab(self) -> Lab:
        """Give the lab; to be overridden."""
        raise NotImplementedError("Override the fixture `lab`, so that it gives the Lab of your source.")
