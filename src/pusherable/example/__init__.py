"""A small app that shows the mixin and the tags: one model, and one page that says who opens it."""
