"""How every story of kills, restarts and broken networks ends."""

from live.books import Tables
from office import Office
from office.odoo_state import State, differences, odoo_state


def ends_as_if_nothing_had_happened(office: Office, undisturbed: State) -> None:
    """One run completes what is open; then Odoo is as after an undisturbed one, and a further run writes nothing."""
    office.run("sync").says(3)
    assert not (differing := differences(undisturbed, odoo_state(office.env))), "\n".join(differing)
    before = Tables(office.env).marks()
    again = office.run("sync", "--json")
    again.says(3)
    assert again.data["writes"] == 0
    assert Tables(office.env).marks() == before
