"""Work that asks for too much ends, alone; the next goes on, and nothing outlives its parent."""
