"""The bureau's own workbooks, as it lays such tables out: by town and village, with subtotals that stay live."""
