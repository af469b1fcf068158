"""The page: choices become a request, jobs become pictures. It holds no model; the studio's worker does."""
