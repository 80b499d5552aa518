"""Kit: tables, charts and text to HTML, Word, PDF, Excel and CSV."""
