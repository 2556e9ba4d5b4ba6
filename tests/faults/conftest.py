"""What the tests with several processes share."""

import pytest
from faults.hosts import Hosts, an_odoo, an_office, state_of
from memory.week import ANNOUNCED, WENT_ON
from office.odoo_state import State
from stores import Server


@pytest.fixture(scope="session")
def undisturbed_week(tmp_path_factory: pytest.TempPathFactory, server: Server) -> State:
    """The week as it is brought in when nobody disturbs it."""
    with an_odoo(0) as odoo:
        hosts = Hosts(an_office(odoo, tmp_path_factory.mktemp("undisturbed")), server.place())
        for name, rmas in (("1.json", ANNOUNCED), ("2.json", WENT_ON)):
            hosts.office.drop(name, rmas)
            hosts.office.run("sync", **hosts.environment).says(3)
        return state_of(odoo)
