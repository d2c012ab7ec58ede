"""From neighbours to an answer."""
