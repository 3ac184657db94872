"""The command line: what each command says, and the tree of processes it keeps."""
