"""Steps that concern how refunds leave the books."""
