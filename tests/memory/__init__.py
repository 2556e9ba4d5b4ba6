"""An Odoo 19 in memory, for tests that need thousands of runs. What it does is what a real one was seen to do: the same
contract tests run on both, and the sample goes through both and must leave the same books.
"""

from memory.client import MemoryTransport, connect_to
from memory.odoo import MemoryOdoo
from memory.taken import read_back, set_up

__all__ = ["MemoryOdoo", "MemoryTransport", "connect_to", "read_back", "set_up"]
