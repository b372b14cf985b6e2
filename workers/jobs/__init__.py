"""One module per job: load, call the domain, commit."""
