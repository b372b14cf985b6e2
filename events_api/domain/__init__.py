"""What is true whatever the database: values, rules, use cases, refusals."""
