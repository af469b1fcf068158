"""Sun, sky and weather as numbers; knows no geometry."""
