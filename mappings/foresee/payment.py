"""What steps that concern how refunds leave the books do."""

from collections.abc import Mapping
from typing import Any

DEEDS: Mapping[type, Any] = {}
