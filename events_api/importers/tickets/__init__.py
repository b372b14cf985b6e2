"""Files of ticketing tools and access control: bytes to records, records to tickets and scans, those to a draft."""
