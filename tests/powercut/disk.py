"""What a power cut may leave of a folder: a model of disks, and the volumes it allows.

A recording (recording.py) is a list of operations on inodes, in order, each with the moments at which it began and
ended.  At a cut an operation is *certain* or *pending*:

  - a write or change of length is certain once an fsync or fdatasync of that file, begun after it ended, has ended;
  - a name (made, removed, renamed) is certain once an fsync of its folder, begun after it ended, has ended; a rename
    between two folders needs both;
  - sync and syncfs make everything before them certain; closing, renaming or waiting makes nothing certain.

Of what is pending any part may be lost, kept, or kept without what came before it.  A write may be torn: a prefix of
it is there, or its whole length with zero bytes in place of some sectors or of all.  A rename is never half there: the target has the old
inode or the new one, and the old name goes in the same step.  Whatever stood in the folder before the run is certain.

Where that comes from: POSIX.1-2017 promises durability for fsync, fdatasync and sync alone, and for a new name not even
by the file's fsync (Linux: fsync(2), "an explicit fsync() on a file descriptor for the directory is also needed").
Pillai et al., "All File Systems Are Not Created Equal" (OSDI 2014, the ALICE tool), found each of these in use: ext4,
xfs and btrfs write data after the names of it, ext4 with data=writeback and ext2 leave lengths without data, btrfs and
ext2 reorder operations of different folders; renames were atomic on all journaling ones.  ext4's data=ordered with
delayed allocation is kinder than this model: it flushes a new file's data when it is renamed over an old one
(auto_da_alloc) and commits names in order.  What holds here holds there.

Not modelled: sectors that rot, writes that harm the bytes beside them (SQLite's "powersafe overwrite" is taken for
granted), disks that lie about a flush, a failing fsync, modes, owners and times.
"""
import os
import random
from collections import namedtuple

# kind: write (inode, offset, data), length (inode, size), names (sets and dels), sync (inode or None for all), ack (data).
Operation = namedtuple("Operation", "kind begin end inode offset data sets dels what")
Operation.__new__.__defaults__ = (None, 0, b"", (), (), "")

SECTOR = 512
NEVER = 1 << 60  # the end of what was under way when the run was killed


class Link(str):
    """A symbolic link's target; it is made with its name, in one step, and not followed."""


class Volume:
    """Folders and files by inode. names: {folder inode: {name: inode}}; data: {file inode: bytes, or a Link}."""

    def __init__(self, root=0):
        self.root = root
        self.names = {root: {}}
        self.data = {}

    def copy(self):
        other = Volume(self.root)
        other.names = {inode: dict(names) for inode, names in self.names.items()}
        other.data = dict(self.data)
        return other

    def newborn(self, inode):
        """What an inode holds when a name for it is there and nothing written to it; None for a folder."""
        return None if inode in self.names else self.data[inode] if isinstance(self.data.get(inode), Link) else b""

    def apply(self, operation, data=None):
        """data: what is there of a write's; None for all."""
        if operation.kind == "names":
            for folder, name in operation.dels:
                self.names.setdefault(folder, {}).pop(name, None)
            for folder, name, inode, content in operation.sets:
                self.names.setdefault(folder, {})[name] = inode
                if content is None:
                    self.names.setdefault(inode, {})
                else:
                    self.data.setdefault(inode, content)
        elif operation.kind == "length":
            old = self.data.get(operation.inode, b"")
            self.data[operation.inode] = old[:operation.offset] + bytes(max(0, operation.offset - len(old)))
        elif operation.kind == "write":
            data = operation.data if data is None else data
            old = self.data.get(operation.inode, b"")
            old += bytes(max(0, operation.offset - len(old)))
            self.data[operation.inode] = old[:operation.offset] + data + old[operation.offset + len(data):]

    def files(self, folder=None, prefix=""):
        """Every path with its bytes; folders end in a slash and have None."""
        for name, inode in sorted(self.names[self.root if folder is None else folder].items()):
            if inode in self.names:
                yield prefix + name + "/", None
                yield from self.files(inode, prefix + name + "/")
            else:
                yield prefix + name, self.data[inode]

    def key(self):
        """Equal for equal contents. (bytes remember their hash, so that this is cheap.)"""
        return hash(tuple(self.files()))

    def build(self, path):
        """As a real folder at path, which must not exist. Files with two names keep them."""
        made = {}
        os.makedirs(path)

        def fill(folder, at):
            for name, inode in self.names[folder].items():
                target = os.path.join(at, name)
                if inode in self.names:
                    os.mkdir(target)
                    fill(inode, target)
                elif isinstance(self.data[inode], Link):
                    os.symlink(self.data[inode], target)
                elif inode in made:
                    os.link(made[inode], target)
                else:
                    with open(target, "wb") as file:
                        file.write(self.data[inode])
                    made[inode] = target
        fill(self.root, path)

    @staticmethod
    def of(path):
        """A real folder as it is. Inodes are numbered anew."""
        volume, known = Volume(), {}

        def read(folder, at):
            with os.scandir(at) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    inode = known.setdefault(entry.inode(), len(known) + 1)
                    volume.names[folder][entry.name] = inode
                    if entry.is_symlink():
                        volume.data[inode] = Link(os.readlink(entry.path))
                    elif entry.is_dir(follow_symlinks=False):
                        volume.names[inode] = {}
                        read(inode, entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        with open(entry.path, "rb") as file:
                            volume.data[inode] = file.read()
                    else:
                        raise ValueError(f"{entry.path} is neither file nor folder")
        read(volume.root, path)
        return volume


def certain_moments(operations):
    """For each operation the moment from which it is certain; NEVER where none is."""
    moments = []
    syncs = [operation for operation in operations if operation.kind == "sync"]
    for operation in operations:
        if operation.kind == "names":
            inodes = {folder for folder, *_ in (*operation.sets, *operation.dels)}
        else:
            inodes = {operation.inode}
        moment = 0
        for inode in inodes:
            moment = max(moment, min((sync.end for sync in syncs if sync.begin >= operation.end
                                      and sync.inode in (inode, None)), default=NEVER))
        moments.append(moment)
    return moments


def torn(write):
    """(how, data) of a write that is there in part: prefixes, and zero bytes before or after the end of a sector."""
    data = write.data
    yield "all", data
    for kept in sorted({1, len(data) // 2, len(data) - 1} - {0, len(data)}):
        yield f"{kept} bytes", data[:kept]
    first = -write.offset % SECTOR
    last = len(data) - (write.offset + len(data)) % SECTOR
    if 0 < first < len(data):
        yield "all but the first sector", bytes(first) + data[first:]
    if 0 < last < len(data):
        yield "all but the last sector", data[:last] + bytes(len(data) - last)


class Cuts:
    """Every volume that a cut at any moment of a recording may leave, each once."""

    def __init__(self, before, operations, seed=7, subsets=4):
        self.before = before
        self.changes = [operation for operation in operations if operation.kind in ("write", "length", "names")]
        self.certain = dict(zip(map(id, operations), certain_moments(operations)))
        self.acks = [operation for operation in operations if operation.kind == "ack"]
        self.moments = sorted({moment for operation in operations for moment in (operation.begin, operation.end)
                               if moment != NEVER})
        self.random = random.Random(seed)
        self.subsets = subsets

    def __iter__(self):
        """(moment, how, volume, acknowledged so far); the same volume comes again only where more was acknowledged."""
        seen = {}
        for moment in self.moments:
            acknowledged = [ack.data for ack in self.acks if ack.begin <= moment]
            for how, volume in self.at(moment):
                key = volume.key()
                if seen.get(key, -1) < len(acknowledged):
                    seen[key] = len(acknowledged)
                    yield moment, how, volume, acknowledged

    def at(self, moment):
        begun = [change for change in self.changes if change.begin <= moment]
        pending = [change for change in begun if self.certain[id(change)] > moment]
        settled = begun.index(pending[0]) if pending else len(begun)
        base = self.before.copy()
        for change in begun[:settled]:
            base.apply(change)

        def volume(keep):
            """keep: {id of a pending change that is there: what of a write's data, or None}."""
            result = base.copy()
            for change in begun[settled:]:
                if self.certain[id(change)] <= moment:
                    result.apply(change)
                elif id(change) in keep:
                    result.apply(change, keep[id(change)])
            return result

        def those(changes):
            return {id(change): None for change in changes}

        names = those(change for change in pending if change.kind == "names")
        writes = [change for change in pending if change.kind == "write"]
        zeros = {id(change): bytes(len(change.data)) for change in writes}
        yield "nothing pending", volume({})
        yield "everything", volume(those(pending))
        if not pending:
            return
        yield "names without data", volume(names)
        yield "names with zeros for data", volume({**those(pending), **zeros})
        yield "data without names", volume(those(change for change in pending if change.kind != "names"))
        for change in pending:
            yield f"only {change.what}", volume({id(change): None})
            yield f"all but {change.what}", volume(those(other for other in pending if other is not change))
        for change in writes:
            for how, data in torn(change):
                yield f"{how} of {change.what}", volume({**those(pending), id(change): data})
        for _ in range(self.subsets):
            keep = {}
            for change in pending:
                if self.random.random() < 0.5:
                    keep[id(change)] = self.random.choice(list(torn(change)))[1] if change.kind == "write" else None
            yield "a chance subset", volume(keep)
