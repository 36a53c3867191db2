"""Several server processes at one address: started, replaced when they die, renewed one after the other."""
