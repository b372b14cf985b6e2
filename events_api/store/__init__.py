"""The writing side: one SQL adapter per area, the pool, the transaction, the files."""
