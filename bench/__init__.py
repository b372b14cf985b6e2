"""Measurements: ratios against a baseline in the same run, and rounds of failure; never asserted by a timed test."""
