"""The screen. Textual is imported only here."""
