"""Everything people read: formats, typography, sort keys and the one catalogue of sentences."""
