"""The source over the hostile system passes the whole conformance suite, and nothing of it is skipped."""

import pytest
from hostile import HostileLab

from odoo_rma.connector.sources.conformance import Lab, SourceConformance


class TestHostileSource(SourceConformance):
    """Everything that the suite asks for."""

    @pytest.fixture
    def lab(self) -> Lab:
        return HostileLab()
