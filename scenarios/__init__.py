"""Scenario files that users launch, their schema, and the lab that plays them."""
