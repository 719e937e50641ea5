"""Sets that are joined, as trees of parents."""

from sklearn_dic.utils._compiled import compiled


@compiled
def find_root(parents, member):  # type: ignore[no-untyped-def]
    """Find the root of the set of a member, and shorten the way to it."""
    while parents[member] != member:
        parents[member] = parents[parents[member]]
        member = parents[member]
    return member
