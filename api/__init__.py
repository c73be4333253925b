"""The doors: command line, HTTP, pages. This file imports nothing."""
