"""The web viewer: pages about runs, rendered on the server and shown on this machine only."""
