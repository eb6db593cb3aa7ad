"""Everything that touches the world: one file, or one folder, a tool. Nothing here imports agents or scenarios."""
