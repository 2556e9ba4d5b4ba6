"""The returns systems: each source reads canonical RMAs and, later, takes facts back."""
