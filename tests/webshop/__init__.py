"""A Medusa in memory, answering over a real socket, that does wrong what the real one was seen to do wrong.

Only what the source of type `medusa` asks for. `tests/live/test_medusa.py` tells the same stories to the real one.
"""

from webshop.door import Door
from webshop.shop import WebShop

__all__ = ["Door", "WebShop"]
