"""What happens when something happens in a room. Speaks to the world through ports.py only."""
