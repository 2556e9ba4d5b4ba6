"""What steps that concern what customers are told do."""

from collections.abc import Mapping
from typing import Any

DEEDS: Mapping[type, Any] = {}
