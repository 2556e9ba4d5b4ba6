"""Steps that concern new goods for old ones."""
