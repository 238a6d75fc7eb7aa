"""How dates are written: short, because lists are full of them."""
