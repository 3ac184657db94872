"""The door: sessions, second factors, who comes in and what is written down of it. No pages."""
