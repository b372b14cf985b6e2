"""The impact of an event on its territory (AMP-IMPACT/1): each figure with its formula, unit and interval."""
