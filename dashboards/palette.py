"""Colours that keep 3:1 against a white and against a nearly black page, and the patterns that double them."""

SERIES = ("#0072b2", "#c45a00", "#008a64", "#a8569b")
UNVERIFIED = "#757575"
LIGHT_PAGE = "#ffffff"
DARK_PAGE = "#14171a"
PRINT_INK = "#1b2733"
PATTERNS = ("", "/", ".", "x")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
