"""Records what a program does to a folder, by strace: every call that changes files or makes them last, with its data.

strace sees the calls that reach the kernel, whoever makes them - stdio, a library, a thread, a child -, which a
preloaded library does not.  It shows when a call began and when it ended; what happens in between, beside the calls of
other threads, counts as begun and not yet done.  Positions are followed from open, lseek and write; a program that
reads and writes through one position is not understood.

Calls that could change the folder in a way that is not modelled stop the recording with an error.  In the end what the
operations add up to must be, byte by byte, what is in the folder: a call that was missed is found by that.
"""
import os
import re
import subprocess

from disk import NEVER, Link, Operation, Volume

FOLLOWED = ("open openat creat close close_range dup dup2 dup3 fcntl lseek write pwrite64 writev pwritev pwritev2 ftruncate truncate "
            "rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir fsync fdatasync sync syncfs mmap "
            "clone clone3 fork vfork execve sendto sendmsg").split()
REFUSED = ("openat2 mknod mknodat fallocate sendfile sendfile64 copy_file_range splice tee vmsplice "
           "io_uring_setup io_submit chdir fchdir chroot mount umount2 setxattr fsetxattr name_to_handle_at msync").split()
HARMLESS = ("sync_file_range",)  # promises nothing, by its own manual page

LINE = re.compile(r"(\d+) +(.*)")
UNFINISHED = re.compile(r"(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)$")
WHOLE = re.compile(r"(\w+)\((.*)\)\s+= (-?\w+|\?)(?:\s.*)?$", re.S)
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class NotModelled(Exception):
    pass


class File:
    """An open file description of the folder."""

    def __init__(self, inode, path, flags):
        self.inode, self.path, self.at = inode, path, 0
        self.append = "O_APPEND" in flags


def text(argument):
    """The bytes of a quoted argument."""
    match = TEXT.match(argument.strip())
    if match is None or argument.strip().endswith("..."):
        raise NotModelled(f"no whole text: {argument[:80]}")
    return bytes.fromhex(match[1].replace("\\x", ""))


def vector(argument):
    """The bytes of an iovec."""
    return b"".join(bytes.fromhex(piece.replace("\\x", "")) for piece in TEXT.findall(argument))


def split(arguments):
    """At the commas outside of brackets; texts are hexadecimal and have none."""
    parts, depth, last = [], 0, 0
    for match in re.finditer(r"[\[\](){},]", arguments):
        if match[0] in "[({":
            depth += 1
        elif match[0] in "])}":
            depth -= 1
        elif depth == 0:
            parts.append(arguments[last:match.start()].strip())
            last = match.end()
    return parts + [arguments[last:].strip()]


def number(argument):
    return int(re.match(r"-?\d+", argument)[0])


class Recorder:
    """Turns strace's lines into operations."""

    def __init__(self, root, before, is_ack):
        self.root, self.volume, self.is_ack = os.path.realpath(root), before.copy(), is_ack
        self.inodes = max([0, *before.names, *before.data]) + 1
        self.operations = []
        self.tables = {}   # process or thread: {descriptor: (File, closed by exec)}
        self.program = {}  # of these, that of the program and its threads
        self.started = {}  # thread: (moment, call, arguments so far)
        self.cloning = []  # threads inside of a clone, with its arguments

    # ---- lines ----

    def read(self, lines):
        for moment, line in enumerate(lines, 1):
            thread, what = LINE.match(line).groups()
            if thread not in self.tables:
                self.tables[thread] = self.inherited()
            if what.startswith("+++"):
                self.ended(thread)
                continue
            if what.startswith("---"):
                continue
            unfinished, resumed = UNFINISHED.match(what), RESUMED.match(what)
            if unfinished:
                self.started[thread] = (moment, *unfinished.groups())
                if unfinished[1] in ("clone", "clone3", "fork", "vfork"):
                    self.cloning.append((thread, unfinished[2]))
                continue
            begin = moment
            if resumed:
                begin, call, so_far = self.started.pop(thread)
                what = f"{call}({so_far}{resumed[2]}"
            whole = WHOLE.match(what)
            if whole is None:
                raise NotModelled(what[:200])
            self.call(thread, whole[1], split(whole[2]), whole[3], begin, NEVER if whole[3] == "?" else moment)
        return self.operations

    def ended(self, thread):
        """Also killed inside of a call, which then has begun and not ended."""
        if thread in self.started:
            begin, call, so_far = self.started.pop(thread)
            self.call(thread, call, split(so_far), "?", begin, NEVER)
        self.tables.pop(thread)

    def inherited(self):
        """The descriptors of a thread that is seen for the first time, inside of its maker's clone."""
        if not self.tables:  # a program begins
            self.program = {}
            return self.program
        if len(self.cloning) != 1:
            raise NotModelled("two clones at once")
        maker, arguments = self.cloning[0]
        return self.descend(maker, arguments)

    def descend(self, maker, arguments):
        table = self.tables[maker]
        return table if "CLONE_FILES" in arguments else dict(table)

    # ---- calls ----

    def call(self, thread, name, arguments, result, begin, end):
        if name in ("clone", "clone3", "fork", "vfork"):
            self.cloning = [entry for entry in self.cloning if entry[0] != thread]
            if result.isdigit() and result not in self.tables:
                self.tables[result] = self.descend(thread, ",".join(arguments))
        elif name in REFUSED and not result.startswith("-"):
            if self.touches(thread, arguments):
                raise NotModelled(f"{name}({', '.join(arguments)[:200]})")
        elif name not in HARMLESS and not result.startswith("-"):
            getattr(self, "do_" + name)(thread, arguments, result, begin, end)

    def touches(self, thread, arguments):
        """Whether a call that is not modelled may be about the folder: by a descriptor, by a path, or not to be told."""
        found = [self.file(thread, argument) for argument in arguments if re.match(r"\d+$", argument)]
        paths = [os.path.normpath(text(argument).decode()) for argument in arguments if TEXT.match(argument)]
        return any(found) or any(path.startswith(self.root) for path in paths) or not (found or paths)

    def add(self, kind, begin, end, **more):
        operation = Operation(kind, begin, end, **more)
        self.operations.append(operation)
        self.volume.apply(operation)

    def file(self, thread, descriptor):
        return self.tables[thread].get(number(descriptor), (None, False))[0]

    def open_as(self, thread, result, file, flags):
        if result.isdigit():
            self.tables[thread][int(result)] = (file, "CLOEXEC" in flags)

    def absolute(self, thread, folder, path):
        """The whole path of a name that a call gives relative to a folder's descriptor."""
        at = self.file(thread, folder) if folder != "AT_FDCWD" else None
        base = at.path if at else os.getcwd() if folder == "AT_FDCWD" else "/nowhere"
        return os.path.normpath(os.path.join(base, text(path).decode()))

    def locate(self, thread, folder, path):
        """(folder's inode, name) of a path below the root; the root itself is (None, ""); None outside."""
        path = self.absolute(thread, folder, path)
        if path != self.root and not path.startswith(self.root + "/"):
            return None
        inode, names = self.volume.root, [name for name in path[len(self.root):].split("/") if name]
        for name in names[:-1]:
            inode = self.volume.names[inode].get(name)
            if inode not in self.volume.names:
                return None  # through a symbolic link: not followed, and found in the end where something was changed so
        return (inode, names[-1]) if names else (None, "")

    def lookup(self, place):
        return self.volume.root if place[0] is None else self.volume.names[place[0]].get(place[1])

    def new_inode(self):
        self.inodes += 1
        return self.inodes

    # ---- descriptors ----

    def do_openat(self, thread, arguments, result, begin, end):
        place, flags = self.locate(thread, arguments[0], arguments[1]), arguments[2]
        if place is None:
            self.open_as(thread, result, None, flags)
            return
        if re.search(r"O_TMPFILE|O_D?SYNC|O_DIRECT\b", flags):
            raise NotModelled(f"open with {flags}")
        path, inode = self.absolute(thread, *arguments[:2]), self.lookup(place)
        if inode is None:
            if "O_CREAT" not in flags:
                return
            inode = self.new_inode()
            self.add("names", begin, end, sets=((*place, inode, b""),), what=f"create {place[1]}")
        elif "O_TRUNC" in flags:
            self.add("length", begin, end, inode=inode, what=f"truncate {place[1]}")
        self.open_as(thread, result, File(inode, path, flags), flags)

    def do_open(self, thread, arguments, result, begin, end):
        self.do_openat(thread, ["AT_FDCWD", *arguments], result, begin, end)

    def do_creat(self, thread, arguments, result, begin, end):
        self.do_openat(thread, ["AT_FDCWD", arguments[0], "O_CREAT|O_WRONLY|O_TRUNC"], result, begin, end)

    def do_close(self, thread, arguments, result, begin, end):
        self.tables[thread].pop(number(arguments[0]), None)

    def do_close_range(self, thread, arguments, result, begin, end):
        for descriptor in [each for each in self.tables[thread] if number(arguments[0]) <= each <= number(arguments[1])]:
            self.tables[thread].pop(descriptor)

    def do_dup(self, thread, arguments, result, begin, end):
        flags = arguments[2] if len(arguments) > 2 else ""
        if result.isdigit():
            self.tables[thread].pop(int(result), None)
        if self.file(thread, arguments[0]):
            self.open_as(thread, result, self.file(thread, arguments[0]), flags)

    do_dup2 = do_dup3 = do_dup

    def do_fcntl(self, thread, arguments, result, begin, end):
        if arguments[1].startswith("F_DUPFD"):
            self.do_dup(thread, [arguments[0], "", arguments[1]], result, begin, end)
        elif arguments[1] == "F_SETFL" and self.file(thread, arguments[0]):
            raise NotModelled(f"fcntl({', '.join(arguments)})")

    def do_lseek(self, thread, arguments, result, begin, end):
        if self.file(thread, arguments[0]) and result.isdigit():
            self.file(thread, arguments[0]).at = int(result)

    def do_mmap(self, thread, arguments, result, begin, end):
        file = None if arguments[4].startswith("-1") else self.file(thread, arguments[4])
        if file and "MAP_SHARED" in arguments[3] and "PROT_WRITE" in arguments[2]:
            raise NotModelled("a shared mapping that is written to")

    def do_execve(self, thread, arguments, result, begin, end):
        kept = {fd: entry for fd, entry in self.tables[thread].items() if not entry[1]}
        if self.tables[thread] is self.program:
            self.program = kept
        self.tables[thread] = kept

    # ---- data ----

    def wrote(self, thread, descriptor, data, result, begin, end, offset=None):
        file = self.file(thread, descriptor)
        if file is None:
            self.said(thread, descriptor, data, begin, end)
            return
        data = data[:int(result)] if result.isdigit() else data
        at = offset if offset is not None and not file.append else file.at
        if file.append:
            at = len(self.volume.data[file.inode])
        if offset is None:
            file.at = at + len(data)
        self.add("write", begin, end, inode=file.inode, offset=at, data=data,
                 what=f"write {len(data)} to {os.path.basename(file.path)}")

    def said(self, thread, descriptor, data, begin, end):
        """What a child says is not for our caller."""
        told = self.tables[thread] is self.program and self.is_ack(number(descriptor), data)
        if told:
            self.operations.append(Operation("ack", begin, end, data=told))

    def do_write(self, thread, arguments, result, begin, end):
        self.wrote(thread, arguments[0], text(arguments[1]), result, begin, end)

    def do_pwrite64(self, thread, arguments, result, begin, end):
        self.wrote(thread, arguments[0], text(arguments[1]), result, begin, end, number(arguments[3]))

    def do_writev(self, thread, arguments, result, begin, end):
        self.wrote(thread, arguments[0], vector(arguments[1]), result, begin, end)

    def do_pwritev(self, thread, arguments, result, begin, end):
        self.wrote(thread, arguments[0], vector(arguments[1]), result, begin, end, number(arguments[3]))

    do_pwritev2 = do_pwritev

    def do_sendto(self, thread, arguments, result, begin, end):
        self.said(thread, arguments[0], text(arguments[1]), begin, end)

    def do_sendmsg(self, thread, arguments, result, begin, end):
        self.said(thread, arguments[0], vector(",".join(arguments[1:])), begin, end)

    def do_ftruncate(self, thread, arguments, result, begin, end):
        file = self.file(thread, arguments[0])
        if file and number(arguments[1]) != len(self.volume.data[file.inode]):
            self.add("length", begin, end, inode=file.inode, offset=number(arguments[1]),
                     what=f"cut {os.path.basename(file.path)} to {arguments[1]}")

    def do_truncate(self, thread, arguments, result, begin, end):
        place = self.locate(thread, "AT_FDCWD", arguments[0])
        if place:
            self.add("length", begin, end, inode=self.lookup(place), offset=number(arguments[1]), what=f"cut {place[1]}")

    # ---- durability ----

    def do_fsync(self, thread, arguments, result, begin, end):
        if self.file(thread, arguments[0]):
            self.operations.append(Operation("sync", begin, end, inode=self.file(thread, arguments[0]).inode))

    do_fdatasync = do_fsync

    def do_sync(self, thread, arguments, result, begin, end):
        self.operations.append(Operation("sync", begin, end))

    do_syncfs = do_sync

    # ---- names ----

    def rename(self, thread, source, target, begin, end):
        source, target = self.locate(thread, *source), self.locate(thread, *target)
        if (source is None) != (target is None):
            raise NotModelled("a rename into the folder or out of it")
        if source and source != target and self.lookup(source) != self.lookup(target):
            inode = self.lookup(source)
            self.add("names", begin, end, dels=(source,), sets=((*target, inode, self.volume.newborn(inode)),),
                     what=f"rename {source[1]} to {target[1]}")

    def do_rename(self, thread, arguments, result, begin, end):
        self.rename(thread, ("AT_FDCWD", arguments[0]), ("AT_FDCWD", arguments[1]), begin, end)

    def do_renameat(self, thread, arguments, result, begin, end):
        if len(arguments) > 4 and arguments[4] not in ("0", "RENAME_NOREPLACE"):
            raise NotModelled(f"renameat2 with {arguments[4]}")
        self.rename(thread, arguments[0:2], arguments[2:4], begin, end)

    do_renameat2 = do_renameat

    def do_linkat(self, thread, arguments, result, begin, end):
        source, target = self.locate(thread, *arguments[0:2]), self.locate(thread, *arguments[2:4])
        if (source is None) != (target is None):
            raise NotModelled("a link into the folder or out of it")
        if source:
            self.add("names", begin, end, sets=((*target, self.lookup(source), self.volume.newborn(self.lookup(source))),), what=f"link {target[1]}")

    def do_link(self, thread, arguments, result, begin, end):
        self.do_linkat(thread, ["AT_FDCWD", arguments[0], "AT_FDCWD", arguments[1]], result, begin, end)

    def do_symlinkat(self, thread, arguments, result, begin, end):
        place = self.locate(thread, *arguments[1:3])
        if place:
            target = Link(text(arguments[0]).decode())
            self.add("names", begin, end, sets=((*place, self.new_inode(), target),), what=f"link {place[1]}")

    def do_symlink(self, thread, arguments, result, begin, end):
        self.do_symlinkat(thread, [arguments[0], "AT_FDCWD", arguments[1]], result, begin, end)

    def do_unlinkat(self, thread, arguments, result, begin, end):
        place = self.locate(thread, *arguments[0:2])
        if place:
            self.add("names", begin, end, dels=(place,), what=f"remove {place[1]}")

    def do_unlink(self, thread, arguments, result, begin, end):
        self.do_unlinkat(thread, ["AT_FDCWD", arguments[0]], result, begin, end)

    do_rmdir = do_unlink

    def do_mkdirat(self, thread, arguments, result, begin, end):
        place = self.locate(thread, *arguments[0:2])
        if place and place[0] is not None:
            self.add("names", begin, end, sets=((*place, self.new_inode(), None),), what=f"make folder {place[1]}")

    def do_mkdir(self, thread, arguments, result, begin, end):
        self.do_mkdirat(thread, ["AT_FDCWD", *arguments], result, begin, end)


def traced(trace, command=(), kill_at_sync=None):
    """The command line that runs a command under strace, and kills it before it has synced so many things, if wanted."""
    how = ["--seccomp-bpf"] if kill_at_sync is None else ["-e", f"inject=fsync,fdatasync:signal=KILL:when={kill_at_sync}"]
    return ["strace", "-f", *how, "-q", "-xx", "-s", str(1 << 24), "-o", trace,
            "-e", "trace=" + ",".join(["?" + call for call in (*FOLLOWED, *REFUSED)]), *command]


def can_trace():
    return subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode == 0


def result_line(descriptor, data):
    """What a worker acknowledges: its result line; not what the api says, whom the registry asks before."""
    return data if descriptor == 1 and '"stage":"api"' not in str(data) else None


def understand(traces, root, before, is_ack=result_line):
    """The operations of traces, one program after the other, checked against what is in the folder now."""
    lines = []
    for trace in traces:
        with open(trace, encoding="ascii") as file:
            lines += file.read().splitlines()
    recorder = Recorder(root, before, is_ack)
    operations = recorder.read(lines)
    expected, found = dict(recorder.volume.files()), dict(Volume.of(root).files())
    if expected != found:
        wrong = sorted(path for path in {*expected, *found} if expected.get(path, 0) != found.get(path, 0))
        raise NotModelled(f"the operations do not add up to the folder: {wrong[:5]}")
    return operations
