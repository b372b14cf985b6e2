"""Tickets and attendance: facts from files and gates, and the quantities that follow from them."""
