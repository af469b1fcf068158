"""Types that every room shares; numpy only."""
