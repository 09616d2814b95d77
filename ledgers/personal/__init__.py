"""What tells of a person in a text: numbers, homes, names, household ids. One detector for importing, publishing and handing over."""
