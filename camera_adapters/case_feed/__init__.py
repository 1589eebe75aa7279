"""Cases of an urban-management platform."""
