#!/usr/bin/env python3
"""Includes point one way, and a foreign library stays in its folder. This file holds the table and fails a wrong
#include with its place.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# layer -> layers it may include besides itself
ALLOWED = {
    "daemon/core": [],
    "daemon/about": ["daemon/core"],
    "daemon/cim": ["daemon/core"],
    "daemon/yaml": ["daemon/core"],
    "daemon/tls": ["daemon/core"],
    "daemon/http": ["daemon/core", "daemon/tls"],
    "storage": ["daemon/core", "daemon/cim"],
    "storage/sqlite": ["daemon/core", "daemon/cim", "storage"],
    "daemon/ingest": ["daemon/core", "daemon/cim", "storage", "daemon/tls", "daemon/http"],
    "daemon/detect": ["daemon/core", "daemon/cim", "storage", "daemon/yaml"],
    "daemon/scheduler": ["daemon/core", "daemon/cim", "storage", "daemon/detect"],
    "daemon/notify": ["daemon/core", "daemon/cim", "storage", "daemon/tls"],
    "web": ["daemon/core", "daemon/cim", "storage", "daemon/detect", "daemon/scheduler", "daemon/tls", "daemon/http",
            "daemon/notify"],
    "daemon/config": ["daemon/core", "daemon/cim", "storage", "daemon/ingest", "daemon/detect", "daemon/scheduler",
                      "daemon/yaml", "daemon/tls", "daemon/http", "daemon/notify", "web"],
    "daemon/cli": ["daemon/core", "daemon/about", "daemon/cim", "storage", "storage/sqlite", "daemon/ingest", "daemon/detect",
                   "daemon/scheduler", "daemon/yaml", "daemon/tls", "daemon/http", "daemon/notify", "web",
                   "daemon/config"],
    "daemon/main.cc": ["daemon/cli"],
}

# foreign header -> folders that may include it
FOREIGN = {
    r"httplib\.h": ["daemon/http"],
    r"argon2\.h": ["web"],
    r"sqlite3\.h": ["storage/sqlite", "daemon/about"],
    r"boost/": ["daemon/ingest/net"],
    r"yaml-cpp/": ["daemon/yaml"],
    r"pugixml\.hpp": [],  # tests alone
    r"simdjson\.h": ["daemon/ingest"],
    r"re2/": ["daemon/core", "daemon/detect"],
    r"date/": ["daemon/core"],
    r"CLI/": ["daemon/cli"],
    r"systemd/": ["daemon/cli"],
    r"xxhash\.h": ["storage/sqlite"],
    r"openssl/": ["daemon/core", "daemon/about", "daemon/tls", "daemon/http", "daemon/ingest/net"],
    r"zstd": ["daemon/http", "daemon/about"],
    r"zlib\.h": ["daemon/http", "daemon/about", "daemon/cli"],
    r"nlohmann/": ["daemon/detect", "daemon/scheduler", "daemon/notify", "web", "daemon/cli"],
    r"spdlog/": ["daemon/core", "daemon/http", "storage", "daemon/ingest", "daemon/scheduler", "daemon/notify",
                  "web", "daemon/cli"],
    r"curl/": ["daemon/notify", "daemon/about"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layer_of(path: str) -> str | None:
    best = None
    for layer in ALLOWED:
        if (path == layer or path.startswith(layer + "/")) and (best is None or len(layer) > len(best)):
            best = layer
    return best


def main() -> int:
    faults = []
    for folder in ("daemon", "storage", "web"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            name = file.relative_to(ROOT).as_posix()
            layer = layer_of(name)
            if layer is None:
                faults.append(f"{name}:1: belongs to no layer of scripts/check_layers.py")
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                kind, target = match.groups()
                if kind == '"':
                    other = layer_of(target)
                    if other is None:
                        faults.append(f'{name}:{number}: "{target}": include from the root of the project')
                    elif other != layer and other not in ALLOWED[layer]:
                        faults.append(f'{name}:{number}: {layer} must not include {other} ("{target}")')
                for pattern, folders in FOREIGN.items():
                    if re.match(pattern, target) and not any(name.startswith(f + "/") for f in folders):
                        faults.append(f"{name}:{number}: <{target}> belongs to {' and '.join(folders)} alone")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
