"""What Odoo holds beyond orders, transfers and credit notes, as plain data: one file per kind."""
