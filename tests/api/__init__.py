"""REST: keys, resources, problems, and who may see what."""
