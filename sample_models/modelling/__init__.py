"""The code that models the samples: shapes, building parts, the designs, drawings and file formats."""
