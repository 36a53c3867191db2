"""The outbox: what database triggers wrote down, read and told as changes. An app for who wants triggers."""
