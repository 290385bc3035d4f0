"""Archives that a kernel unpacks as its first file system."""

TRAILER = ("TRAILER!!!", 0, b"")


def archive(path, files):
    """Writes a cpio archive (newc) of (name, mode, contents) to path, and returns path.

    The mode is that of stat(2), kind included: 0o40755 is a directory, 0o100755 a program.
    """
    data = b""
    for number, (name, mode, contents) in enumerate([*files, TRAILER], 1):
        field = [number, mode, 0, 0, 1, 0, len(contents), 0, 0, 0, 0, len(name) + 1, 0]
        data += b"070701" + b"".join(b"%08X" % value for value in field) + name.encode() + b"\0"
        data += b"\0" * (-len(data) % 4) + contents
        data += b"\0" * (-len(data) % 4)
    path.write_bytes(data)
    return path
