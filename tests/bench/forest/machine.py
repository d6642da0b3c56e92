"""What the figures were measured with: machine, versions, and which peers could not be had."""
import importlib.metadata
import os
import platform
import subprocess

PACKAGES = {"sklearn": "scikit-learn", "sklearn_onehot": "scikit-learn", "onedal": "scikit-learn-intelex", "ydf": "ydf",
            "lightgbm": "lightgbm", "xgboost": "xgboost"}


def python_version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def has_python(module):
    return python_version(PACKAGES[module]) is not None


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def r_version(package):
    return output("Rscript", "-e", f'cat(as.character(packageVersion("{package}")))')


def first(path, key):
    with open(path) as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith(key)), "unknown")


def describe():
    versions = {name: python_version(name) for name in sorted(set(PACKAGES.values()) | {"numpy"})}
    versions |= {"python": platform.python_version(), "ranger": r_version("ranger")}
    versions |= {"compiler": (output(os.environ.get("CC", "cc"), "--version") or "unknown").splitlines()[0]}
    r = output("Rscript", "-e", "cat(R.version$major, R.version$minor, sep = '.')")
    return {"cpu": first("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_gib": round(int(first("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
            "system": f"{platform.system()} {platform.release()}",
            "versions": {k: v for k, v in (versions | {"R": r}).items() if v}}


def absent():
    gone = [package for package in sorted(set(PACKAGES.values())) if not python_version(package)]
    return gone + ([] if r_version("ranger") else ["ranger"])
