"""The parts of the website; tests/browser has the built site."""
