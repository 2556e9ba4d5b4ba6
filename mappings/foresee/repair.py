"""What steps that concern goods that are scrapped or repaired do."""

from collections.abc import Mapping
from typing import Any

DEEDS: Mapping[type, Any] = {}
