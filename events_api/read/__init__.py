"""The reading side: SQL that answers one screen or one feed, returned as Structs."""
