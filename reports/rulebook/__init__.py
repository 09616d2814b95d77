"""The rules, told to people: one page each, the catalogue, what to do about a failure."""
