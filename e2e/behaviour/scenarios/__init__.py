"""Cases that need more than calls: they change something, or watch what happens meanwhile."""
