"""Steps that concern what becomes of goods that came back."""
