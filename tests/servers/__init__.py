"""The servers our tests speak to: real ones, and scripted ones for what no real one will do."""
