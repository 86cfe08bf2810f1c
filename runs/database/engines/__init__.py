"""Django's two engines, each with what a studio needs while its database is in trouble."""
