"""The public disclosure: what everyone may see of a book, as a site, notices and data, safe to put online."""
