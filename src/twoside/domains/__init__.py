"""Domains: what a marketplace declares. Content, no algorithm."""
