"""Measures, chart specifications and the annex: from figures to pages and documents."""
