"""Seeded corruption: one random thing is changed behind the register's back, and the audit must find it and name it."""
