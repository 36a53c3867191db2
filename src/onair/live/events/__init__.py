"""What happens in the browser, handled by the view that made the page."""
