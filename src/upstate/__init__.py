"""Upstate keeps a state's education database true to its districts."""
