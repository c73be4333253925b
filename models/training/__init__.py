"""Strings and pairs in, weights out: how the shipped model was made, and how a bureau makes its own."""
