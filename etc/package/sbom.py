#!/usr/bin/env python3
"""Writes what is in the packages as SPDX 2.3 (JSON): the files that were made, and each Debian package of which code is
in the program, from what the compiler read (ninja's record of headers) and what the linker took. Versions are those
installed on this machine; licences are those that a package's copyright file names in Debian's machine-readable form.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

# Short names of Debian's copyright format -> SPDX. Others become a LicenseRef.
LICENCES = {
    "expat": "MIT", "mit": "MIT", "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause", "bsl-1.0": "BSL-1.0",
    "bsd-4-clause-uc": "BSD-4-Clause-UC", "apache-2.0": "Apache-2.0", "gpl-1+": "GPL-1.0-or-later",
    "gpl-2": "GPL-2.0-only", "gpl-2+": "GPL-2.0-or-later", "gpl-2.0+": "GPL-2.0-or-later", "gpl-3": "GPL-3.0-only",
    "gpl-3+": "GPL-3.0-or-later", "lgpl-2.1": "LGPL-2.1-only", "lgpl-2.1+": "LGPL-2.1-or-later", "zlib": "Zlib",
    "cc0": "CC0-1.0", "cc0-1.0": "CC0-1.0", "isc": "ISC", "curl": "curl", "fsfullr": "FSFULLR",
    "oldap-2.8": "OLDAP-2.8", "public-domain": "LicenseRef-Debian-public-domain",
}
# What only the compiler has from there: nothing of it is in the program.
TOOLCHAIN = {"linux-libc-dev"}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def packages_of(paths):
    """Package -> its files among these. A file that no package has is nobody's."""
    found = {}
    paths = sorted(paths)
    for start in range(0, len(paths), 500):
        # dpkg knows some files below /lib, where /lib is a link to /usr/lib.
        asked = {}
        for path in paths[start:start + 500]:
            asked[path] = path
            asked[path.removeprefix("/usr")] = path
        done = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            owners, _, path = line.partition(": ")
            if owners.startswith("diversion") or path not in asked:
                continue
            for owner in owners.split(", "):
                found.setdefault(owner.split(":")[0], set()).add(asked[path])
    return found


def headers(build):
    """Files outside of the project that the compiler read."""
    return {line.strip() for line in run("ninja", "-C", str(build), "-t", "deps").splitlines()
            if line.startswith("    /usr/")}


def shared_libraries(program):
    """Paths of the libraries that the program itself names, by the loader's choice."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", str(program))))
    found = re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", str(program)), re.MULTILINE)
    return {os.path.realpath(path) for name, path in found if name in needed}


def static_libraries(build):
    """Archives outside of the project that the linker took for the tarball's program."""
    command = run("ninja", "-C", str(build), "-t", "commands", "etc/package/regwarden_portable").splitlines()[-1]
    names = re.search(r"link_static\"? (\S+)", command)[1].split(":")
    paths = set(re.findall(r"/\S+?/lib(?:" + "|".join(map(re.escape, names)) + r")\.so", command))
    return {os.path.realpath(path[:-len(".so")] + ".a") for path in paths}


def licences(package):
    """The short names in the copyright file of a package, in its order; empty where it is free text."""
    path = pathlib.Path("/usr/share/doc") / package / "copyright"
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    if not re.match(r"\s*Format:", text):
        return []
    names = []
    for line in re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE):
        for name in re.split(r"\s+(?:and|or|with)\b.*?\s+|\s*,\s*|\s+and/or\s+", line.strip()):
            if name and " " not in name and name not in names:
                names.append(name)
    return names


class Document:
    def __init__(self, name, namespace):
        created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
        self.extracted = {}
        self.json = {
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            "documentNamespace": namespace,
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: regwarden-sbom"]},
            "packages": [], "relationships": [],
        }

    def add(self, item):
        self.json["packages"].append({"downloadLocation": "NOASSERTION", "filesAnalyzed": False,
                                      "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION", **item})

    def relate(self, first, kind, second):
        self.json["relationships"].append(
            {"spdxElementId": first, "relationshipType": kind, "relatedSpdxElement": second})

    def licence(self, package):
        terms = set()
        for name in licences(package):
            term = LICENCES.get(name.lower())
            if term is None:
                term = "LicenseRef-Debian-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
            if term.startswith("LicenseRef-"):
                self.extracted[term] = {
                    "licenseId": term, "name": name,
                    "extractedText": f"'{name}' in /usr/share/doc/PACKAGE/copyright of the Debian packages named here."}
            terms.add(term)
        return " AND ".join(sorted(terms)) or "NOASSERTION"

    def write(self, stream):
        if self.extracted:
            self.json["hasExtractedLicensingInfos"] = [self.extracted[key] for key in sorted(self.extracted)]
        json.dump(self.json, stream, indent=1, ensure_ascii=False)
        stream.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--deb", type=pathlib.Path, required=True)
    parser.add_argument("--tarball", type=pathlib.Path, required=True)
    parser.add_argument("--tree", type=pathlib.Path, required=True, help="the tarball's files")
    options = parser.parse_args()

    version = run("dpkg-deb", "--field", str(options.deb), "Version").strip().rpartition("-")[0]
    name = options.tarball.name.removesuffix(".tar.xz")
    document = Document(name, f"urn:sha256:{sha256(options.tarball)}")
    made = {}
    for key, path in (("deb", options.deb), ("tarball", options.tarball)):
        made[key] = f"SPDXRef-{key}"
        document.add({"SPDXID": made[key], "name": "regwarden", "versionInfo": version, "packageFileName": path.name,
                      "supplier": "NOASSERTION", "licenseDeclared": "NONE", "primaryPackagePurpose": "APPLICATION",
                      "checksums": [{"algorithm": "SHA256", "checksumValue": sha256(path)}]})
        document.relate("SPDXRef-DOCUMENT", "DESCRIBES", made[key])

    bundled = {path.name for path in (options.tree / "lib/regwarden").iterdir()}
    program = options.build / "regwarden"
    portable = options.build / "etc/package/regwarden_portable"
    # package -> {(artefact, relationship)}
    used = {}

    def use(paths, key, kind):
        for package in packages_of(paths):
            if package not in TOOLCHAIN:
                used.setdefault(package, set()).add((key, kind))

    read = headers(options.build)
    for key in made:
        use(read, key, "BUILD_DEPENDENCY_OF")
    use(shared_libraries(program), "deb", "DYNAMIC_LINK")
    use(static_libraries(options.build), "tarball", "STATIC_LINK")
    # By what they are on this machine: those that were copied are the same files.
    taken = shared_libraries(portable)
    soname = {path: re.search(r"\(SONAME\).*\[(.+)\]", run("readelf", "-d", path))[1] for path in taken}
    use({path for path in taken if soname[path] not in bundled}, "tarball", "DYNAMIC_LINK")
    copied = {os.path.realpath(path) for library, path in re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", str(portable)),
                                                                    re.MULTILINE) if library in bundled}
    use(copied, "tarball", "CONTAINS")

    for package in sorted(used):
        fields = run("dpkg-query", "-W", "-f=${source:Package}\t${source:Version}\t${Version}\t${Architecture}", package)
        source, source_version, installed, architecture = fields.split("\t")
        identity = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", package)
        document.add({
            "SPDXID": identity, "name": package, "versionInfo": installed, "supplier": "Organization: Debian",
            "sourceInfo": f"Debian source package {source} {source_version}",
            "licenseDeclared": document.licence(package),
            "licenseComments": "All that the package's copyright file names, also for parts that are not linked here.",
            "primaryPackagePurpose": "LIBRARY",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{package.replace('+', '%2B')}"
                                                  f"@{installed.replace('+', '%2B').replace(':', '%3A')}"
                                                  f"?arch={architecture}"}]})
        for key, kind in sorted(used[package]):
            if kind == "BUILD_DEPENDENCY_OF":
                document.relate(identity, kind, made[key])
            else:
                document.relate(made[key], kind, identity)
    document.write(sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
