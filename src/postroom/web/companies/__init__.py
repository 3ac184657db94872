"""Companies: their list, and a company's page with its people, deals and emails."""
