"""An independent second implementation of the rules, held against the product on random books."""
