"""From one county to a city and a province: books judged where they lie, totals and checks across them."""
