"""The background process: which job runs where, nothing else."""
