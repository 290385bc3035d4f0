"""An initramfs made by hand for Debian's kernel boots unchanged and behaves the same."""

from pathlib import Path


from conftest import KERNELS, configurations
from corral import Machine, archive

HERE = Path(__file__).resolve().parent
BETWEEN = "==== begin\n", "==== end\n"


def test_by_hand(request, tmp_path):
    """by-hand.txt is what Linux printed; run with --kernel=linux to see that it still does."""
    files = [("bin", 0o40755, b""), ("bin/busybox", 0o100755, Path("/bin/busybox").read_bytes()),
             ("init", 0o100755, (HERE / "by-hand.init").read_bytes())]
    initrd = archive(tmp_path / "hand.cpio", files)
    expected = (HERE / "by-hand.txt").read_text()
    for build, cpus in configurations(request.config):
        with Machine(kernel=KERNELS[build], initrd=initrd, cpus=cpus, memory=512, shell=False,
                     append="any=word -- one two") as machine:
            assert machine.wait(timeout=120) == 0, machine.console[-3000:]
            text = machine.console.decode(errors="replace").replace("\r", "")
        said = text.partition(BETWEEN[0])[2].partition(BETWEEN[1])[0]
        assert said == expected.replace("CPUS", str(cpus))
