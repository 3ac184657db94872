"""SalesInbox: the inbox in four columns, and what one does with it by keys, singly or in bulk."""
