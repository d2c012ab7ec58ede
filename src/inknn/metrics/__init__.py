"""Distances between digits: one file each, and one line in ``table``."""
