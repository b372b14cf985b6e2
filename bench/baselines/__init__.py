"""What we compare ourselves with: the least that gives the same bytes with the same durability."""
