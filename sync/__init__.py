"""Decides and remembers: observe both sides, compare, plan, apply, and write down what happened."""
