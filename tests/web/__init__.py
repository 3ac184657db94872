"""The pages: each works, shows Charlie nothing, and looks as it should in a real browser."""
