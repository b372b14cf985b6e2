"""The charts of an impact assessment: what is new in the territory, for which euros, how surely, at what carbon."""
