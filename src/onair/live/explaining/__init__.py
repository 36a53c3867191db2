"""What a live page follows, in words: for ``manage.py onair explain``, and for what a failed test says."""
