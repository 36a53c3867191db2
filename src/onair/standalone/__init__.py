"""The server alone, for a site of any kind: its command line, its environment and its file."""
