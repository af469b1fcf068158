"""What the light does to each pixel: shadows, occlusion, lamps, mirrors, deferred colour."""
