"""The formats that are recognised by themselves, the surest first."""
