# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit's view of PSR's tests: where the tools are, what the machine can do."""
import ctypes
import os
import shutil
import subprocess
import lit.formats

config.name = "psr"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".test", ".c", ".cpp", ".ll", ".sh"]
config.excludes = ["Inputs", "aarch64", "programs", "bench", "suite", "loops", "nests", "unit", "real", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.psr_build, "test")

bin_dir = os.path.join(config.psr_build, "bin")
lib_dir = os.path.join(config.psr_build, "lib")
env = config.environment
llvm_dir = os.path.dirname(os.path.realpath(config.psr_clang))  # has "not"
env["PATH"] = os.pathsep.join([bin_dir, env.get("PATH", os.environ["PATH"]),
                               llvm_dir])
env["LC_ALL"] = "C"
# No test may touch the user's own profile database, or see his settings.
for name in [n for n in os.environ if n.startswith("PSR_")]:
    env.pop(name, None)
env["HOME"] = config.test_exec_root
env.pop("XDG_DATA_HOME", None)

config.substitutions += [
    # Beside the real file: /usr/bin/clang++ may be another version.
    ("%clangxx", os.path.join(
        os.path.dirname(os.path.realpath(config.psr_clang)), "clang++")),
    ("%llvm-include", config.psr_llvm_include),
    ("%clang", config.psr_clang),
    ("%opt", config.psr_opt),
    ("%FileCheck", config.psr_filecheck),
    ("%plugin", os.path.join(lib_dir, "libpsr.so")),
    ("%site-flags", "-O2 -Wall -I%s/runtime/include -I%s/test/runtime/Inputs" %
     (config.psr_source, config.psr_source)),
    # References to the stub are weak and pull nothing out of an archive.
    ("%stub", "-Wl,-u,__psr_enter_at " + os.path.join(lib_dir, "libpsrstub.a")),
    ("%runtime", os.path.join(lib_dir, "libpsrrt.so.0")),
    ("%psr-c\\+\\+", os.path.join(bin_dir, "psr-c++")),
    ("%psr-cc", os.path.join(bin_dir, "psr-cc")),
    ("%psr", os.path.join(bin_dir, "psr")),
    ("%unit", os.path.join(config.psr_build, "test", "unit")),
    ("%programs", os.path.join(config.psr_source, "test", "programs")),
    ("%source", config.psr_source),
    ("%rounds", lit_config.params.get("rounds", "40")),
]


def feature(name, present, reason):
    """Offers NAME to REQUIRES:, and says once why it is missing."""
    if present:
        config.available_features.add(name)
    else:
        lit_config.note("no %s: %s" % (name, reason))


with open("/proc/cpuinfo") as f:
    flags = next((l for l in f if l.startswith("flags")), "").split()
feature("x86-64-v3", "avx2" in flags and "fma" in flags, "the CPU lacks AVX2")
feature("x86-64-v4", "avx512vl" in flags and "avx512bw" in flags,
        "the CPU lacks AVX-512")
feature("two-processors", len(os.sched_getaffinity(0)) > 1,
        "only one processor")
feature("openmp", os.path.exists(os.path.join(llvm_dir, "../lib/libomp.so")),
        "no OpenMP run time of clang's version")
feature("aarch64", shutil.which("qemu-aarch64") and
        os.path.exists(os.path.join(lib_dir, "aarch64-linux-gnu")),
        "no qemu-aarch64, or no C library for AArch64")
feature("gdb", shutil.which("gdb"), "no gdb")


def may_trace():
    """As psr run does: x86-64 only, and the kernel has to permit it."""
    child = subprocess.Popen(["sleep", "60"])
    seized = ctypes.CDLL(None).ptrace(0x4206, child.pid, 0, 0) == 0
    child.kill()
    child.wait()
    return seized and os.uname().machine == "x86_64"


feature("tracing", may_trace(), "ptrace is not permitted, or not x86-64")


def may_serve_faults():
    """userfaultfd(2) of x86-64, for faults in the kernel's mode as well."""
    fd = ctypes.CDLL(None).syscall(323, os.O_CLOEXEC)
    if fd >= 0:
        os.close(fd)
    return fd >= 0 and os.uname().machine == "x86_64"


feature("userfaultfd", may_serve_faults(), "userfaultfd is not permitted")
feature("xgboost", os.path.exists(os.path.join(bin_dir, "psr-train")),
        "psr-train was not built, as XGBoost was not there")
feature("gold", shutil.which("ld.gold"), "no ld.gold")
feature("root", os.geteuid() == 0, "not root")
feature("private-mounts",
        subprocess.run(["unshare", "--mount", "--propagation", "private",
                        "true"], stderr=subprocess.DEVNULL).returncode == 0,
        "not root, or / is no mount point, as in a chroot")
feature("cgroup-v1-memory",
        os.path.exists("/sys/fs/cgroup/memory/memory.limit_in_bytes") and
        os.access("/sys/fs/cgroup/memory", os.W_OK),
        "no writable cgroup v1 memory controller")
feature("sanitized", bool(config.psr_sanitize), "PSR_SANITIZE is not set") \
    if config.psr_sanitize else config.available_features.add("unsanitized")
