"""Steps that concern what customers are told."""
