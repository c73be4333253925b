"""One file per format a list goes out in."""
