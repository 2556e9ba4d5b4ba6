"""Steps that concern goods that are scrapped or repaired."""
