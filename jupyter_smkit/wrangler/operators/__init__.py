"""One module a group of operators; ``registry.operators()`` finds what each declares."""
