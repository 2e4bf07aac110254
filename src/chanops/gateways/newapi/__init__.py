"""The New API adapter: generations BASE and HEAD of contracts/new-api.md; older and forked ones are recognised and refused."""
