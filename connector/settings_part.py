"""What every table of the settings file is."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A table of the settings file; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
