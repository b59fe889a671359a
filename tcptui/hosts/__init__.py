"""What is notable about hosts and ports, over all their connections."""
