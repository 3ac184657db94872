"""Work on hostile bytes in a process of its own, bounded in time and memory."""
