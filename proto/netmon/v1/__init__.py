"""The generated code of the netmon.v1 contract. Never edit it: run `make proto`."""
