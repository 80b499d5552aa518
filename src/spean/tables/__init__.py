"""Kit: tabulation plan and answers to tables, with bases computed and small cells withheld."""
