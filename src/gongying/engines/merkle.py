"""The Merkle tree of RFC 9162: one root for a whole log, short proofs for one entry and for "only appended".

    leaf = H(0x00 || bytes)      node = H(0x01 || left || right)      root of nothing = H("")

A tree of n leaves splits at the largest power of two below n. Hashes are 32 raw bytes, a proof is a list of
hashes from the leaf upwards. Source: RFC 9162 sections 2.1.1 to 2.1.4 (same hashes as RFC 6962).
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from .fault import Fault

EMPTY: Final = hashlib.sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """The hash of one entry's bytes.

    >>> leaf(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash that joins two subtrees; its prefix keeps a node from passing for a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only log of leaf hashes that answers roots and proofs of any earlier size.

    Every complete subtree's hash is kept, so an append costs two hashes on average, a root or a proof
    about log2(n).

    >>> tree = Tree(leaf(text) for text in (b"a", b"b", b"c"))
    >>> proof = tree.inclusion(2)
    >>> included(leaf(b"c"), 2, 3, proof, tree.root()), included(leaf(b"x"), 2, 3, proof, tree.root())
    (True, False)
    >>> old = tree.root(2)
    >>> consistent(2, 3, old, tree.root(), tree.consistency(2))
    True
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for each in leaves:
            self.append(each)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf_hash: bytes) -> int:
        """Add one leaf hash; returns its index."""
        index = len(self)
        height, hashed = 0, leaf_hash
        self._levels[0].append(hashed)
        while len(self._levels[height]) % 2 == 0:
            hashed = node(self._levels[height][-2], hashed)
            height += 1
            if height == len(self._levels):
                self._levels.append([])
            self._levels[height].append(hashed)
        return index

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves (all by default)."""
        size = self._size(size)
        return self._subtree(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
        size = self._size(size)
        if not 0 <= index < size:
            raise Fault("merkle.index", f"no leaf {index} among {size}", index=index, size=size)
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._subtree(middle, end))
                end = middle
            else:
                proof.append(self._subtree(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of `size` leaves only added to the tree of `old` (RFC 9162, 2.1.4.1)."""
        size = self._size(size)
        if not 0 < old <= size:
            raise Fault("merkle.size", f"no earlier size {old} of {size}", index=old, size=size)
        proof: list[bytes] = []
        start, end, whole = 0, size, True
        while end > old:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._subtree(middle, end))
                end = middle
            else:
                proof.append(self._subtree(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._subtree(start, end))
        return proof[::-1]

    def _size(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise Fault("merkle.size", f"the log never had {size} of {len(self)}", index=size, size=len(self))
        return size

    def _subtree(self, start: int, end: int) -> bytes:
        """The hash of leaves [start, end), from the largest complete subtrees, joined from the right."""
        hashed: bytes | None = None
        while end > start:
            height = min((end & -end).bit_length(), (end - start).bit_length()) - 1
            piece = self._levels[height][(end >> height) - 1]
            hashed = piece if hashed is None else node(piece, hashed)
            end -= 1 << height
        if hashed is None:
            raise Fault("merkle.size", "an empty range has no subtree", index=start, size=end)
        return hashed


def included(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True when `proof` leads from the leaf at `index` to `root` of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, hashed = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node(sibling, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node(hashed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """True when the tree of `size` leaves begins with the tree of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node(sibling, before), node(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
