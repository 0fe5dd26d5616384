"""Recruiting: seekers look for jobs, bosses look for people."""
