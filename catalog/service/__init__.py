"""The HTTP service: a shell that serves the built site and the routes of all rooms."""
