"""The ways out of the house: each is one kind of channel (foundation.messages.kinds)."""
