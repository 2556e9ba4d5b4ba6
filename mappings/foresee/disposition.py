"""What steps that concern what becomes of goods that came back do."""

from collections.abc import Mapping
from typing import Any

DEEDS: Mapping[type, Any] = {}
