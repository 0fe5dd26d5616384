"""What the learned merge is made of: kinds of people, budgets, refusals, an order of the union."""
