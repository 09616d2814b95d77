"""What a row speaks of: villages, projects, persons, payments, lines of a bank statement."""
