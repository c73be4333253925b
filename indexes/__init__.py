"""Vectors or tokens in, ids and scores out."""
