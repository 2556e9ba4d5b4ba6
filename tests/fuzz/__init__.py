"""Fuzz of hostile files: what counts as well read, the driver that atheris leads, and the inputs it found."""
