"""A page for instructors: how a class did in an assignment."""
