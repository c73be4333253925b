"""Pages in Chinese, made on the server; they need no script and load nothing from elsewhere."""
