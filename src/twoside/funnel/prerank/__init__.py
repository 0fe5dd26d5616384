"""Prerank: a light model that cuts about a thousand candidates to those worth a heavy one."""
