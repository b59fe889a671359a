"""What a view shows, as rows of cells; no Textual."""
