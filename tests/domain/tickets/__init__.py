"""Tickets and attendance: rules without a database."""
