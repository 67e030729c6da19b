"""Editions of the course in other languages, made from English by catalogues."""
