"""Files from outside to domain values, or a numbered list of bad lines."""
