"""The MIME reader and composer, on tables, corpora and bombs."""
