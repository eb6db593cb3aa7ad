"""What people see of a run: its progress while it goes on, its transcript, tables of runs."""
