#!/usr/bin/env python3
"""Calls that a reviewer of security would ask about stand in no file but those that are named here. Comments and texts
are not looked at.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def calls(names: str) -> str:
    return rf"\b(?:{names})\s*\("


# what, what to do instead, files and folders that may
RULES = [
    (calls("system|popen|v?fork|exec[lv]p?e?|execveat|fexecve|posix_spawnp?"), "the daemon starts no program", []),
    (calls("strn?cpy|stpn?cpy|strn?cat|v?sprintf|gets|alloca|v?[fs]?scanf|ato[fil]|atoll"),
     "it has no bound, or does not tell what is wrong", []),
    (calls("mktemp|tmpnam|tempnam|tmpfile"), "others can guess the name: mkdtemp, or O_EXCL", []),
    (calls("s?rand|rand_r|s?random|[delmn]rand48") +
     r"|\bstd::(?:random_device|minstd_rand0?|mt19937(?:_64)?|default_random_engine)\b",
     "secrets are drawn by daemon/core/random.h",
     ["daemon/notify/channel.h",  # when to try again
      "storage/sqlite/recent_keys.cc", "storage/sqlite/terms.cc",  # seeds of hash tables
      "web/searches.cc"]),  # names of searches, which all who may search see
    (r"\bfmt::(?:runtime|vformat)\b|" + calls("v?(?:f|s|sn|d|as)?printf"), "a format is a literal, and fmt checks it",
     ["daemon/core/result.h", "storage/sqlite/expiry.cc"]),  # literals, too
    (r"\bstd::w?(?:regex|smatch|cmatch)\b|" + calls("regcomp"), "it backtracks: RE2 does not",
     ["daemon/http/routes.cc", "daemon/http/routes.h"]),  # patterns of ours, and paths of 2,048 bytes at most
    (calls("localtime|gmtime|strtok|gethostby\\w+|readdir|setenv|unsetenv|putenv"), "it is not for threads", []),
    (calls("getpw(?:nam|uid)|getgr(?:nam|gid)"), "it is not for threads", ["daemon/cli/"]),  # commands have one
]

COMMENT_OR_TEXT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.DOTALL)


def main() -> int:
    faults = []
    unused = {allowed for _, _, files in RULES for allowed in files}
    for folder in ("daemon", "storage", "web"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            name = file.relative_to(ROOT).as_posix()
            text = COMMENT_OR_TEXT.sub(lambda match: "\n" * match[0].count("\n"), file.read_text(encoding="utf-8"))
            for pattern, reason, files in RULES:
                allowed = [one for one in files if name.startswith(one)]
                for match in re.finditer(pattern, text):
                    unused.difference_update(allowed)
                    line = text.count("\n", 0, match.start()) + 1
                    if not allowed:
                        faults.append(f"{name}:{line}: {match[0].rstrip('( ')}: {reason}")
    faults += [f"scripts/check_calls.py: {one} is allowed what it does not do" for one in sorted(unused)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
