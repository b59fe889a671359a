"""What Zeek would write into its conn.log: conn_state, history and counters, from the same segments."""
