"""The diary of a person, company or deal: notes and tasks, and the page of all one's tasks."""
