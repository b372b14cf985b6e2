"""The SQL that fills the facts of dashboards and of the annex."""
