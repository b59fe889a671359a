"""Built-in captures of real Linux sockets, and what to watch in them."""
