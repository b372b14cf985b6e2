"""Tests of the dashboards and the annex."""
