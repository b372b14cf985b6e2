"""The command line, one module for each group of commands; `events_api.cli` assembles them."""
