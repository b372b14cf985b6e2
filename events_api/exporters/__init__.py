"""Values to bytes: iCalendar, JSON-LD, CSV, XLSX; no I/O of their own."""
