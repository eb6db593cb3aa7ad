"""A panel's reviews: their places in the paper, how they are kept, and the report that people read."""
