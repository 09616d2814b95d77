"""From a file to rows: containers, grids, layouts, headings and cells."""
