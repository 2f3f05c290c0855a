"""What a Sigma rule must find, worked out without the program: its detection section is read and evaluated here.

Shares nothing with the daemon but the Sigma specification. Knows what rules on registry events use; another modifier is
an error, so that nothing is passed over in silence.
"""

import fnmatch
import functools
import itertools
import re

import yaml


@functools.lru_cache(maxsize=None)
def pattern(text, before="", after=""):
    """A value as a regular expression for the whole text: `*` and `?` are wildcards unless escaped."""
    out, at = [], 0
    while at < len(text):
        char = text[at]
        following = text[at + 1:at + 2]
        if char == "\\" and following in ("*", "?", "\\") and following:
            out.append(re.escape(following))
            at += 2
            continue
        out.append({"*": ".*", "?": "."}.get(char) or re.escape(char))
        at += 1
    return re.compile(before + "".join(out) + after, re.I | re.S)


def test(text, modifiers, value):
    """One value against one field; None: the event does not have it."""
    if value is None:
        return text is None or text == ""
    if text is None:
        return False
    value = str(value)
    kind = [modifier for modifier in modifiers if modifier != "all"]
    if kind == ["re"]:
        return re.search(value, text) is not None
    ends = {(): ("", ""), ("contains",): (".*", ".*"), ("startswith",): ("", ".*"), ("endswith",): (".*", "")}
    return pattern(value, *ends[tuple(kind)]).fullmatch(text) is not None


class Rule:
    def __init__(self, file):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.id = document["id"]
        self.category = document["logsource"]["category"]
        self.detection = dict(document["detection"])
        self.tokens = re.findall(r"\(|\)|[^\s()]+", self.detection.pop("condition"))
        self.at = 0
        self.tree = self.disjunction()
        assert self.at == len(self.tokens), f"left over: {self.tokens[self.at:]}"

    # --- condition: ("and" | "or", [terms]), ("not", term), ("test", field, modifiers, value) ---

    def take(self, word=None):
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if word is not None and token.lower() != word:
            return None
        self.at += 1
        return token

    def disjunction(self):
        terms = [self.conjunction()]
        while self.take("or"):
            terms.append(self.conjunction())
        return ("or", terms)

    def conjunction(self):
        terms = [self.negation()]
        while self.take("and"):
            terms.append(self.negation())
        return ("and", terms)

    def negation(self):
        if self.take("not"):
            return ("not", self.negation())
        if self.take("("):
            inner = self.disjunction()
            assert self.take(")")
            return inner
        token = self.take()
        if token.lower() in ("1", "all") and self.take("of"):
            wanted = self.take()
            names = [name for name in self.detection if fnmatch.fnmatchcase(name, wanted)]
            assert names, wanted
            return ("or" if token == "1" else "and", [self.item(self.detection[name]) for name in names])
        return self.item(self.detection[token])

    def item(self, item):
        if isinstance(item, list):
            return ("or", [self.item(each) for each in item])
        return ("and", [self.field(key, value) for key, value in item.items()])

    @staticmethod
    def field(key, value):
        field, *modifiers = key.split("|")
        values = value if isinstance(value, list) else [value]
        return ("and" if "all" in modifiers else "or", [("test", field, modifiers, each) for each in values])

    # --- evaluating ---

    def holds(self, event, node=None):
        kind, *rest = node or self.tree
        if kind == "and":
            return all(self.holds(event, term) for term in rest[0])
        if kind == "or":
            return any(self.holds(event, term) for term in rest[0])
        if kind == "not":
            return not self.holds(event, rest[0])
        field, modifiers, value = rest
        return test(event.get(field), modifiers, value)

    def finds(self, event):
        return in_category(self.category, event) and self.holds(event)

    # --- making examples ---

    def ways(self, node=None):
        """Every choice among the alternatives: lists of (field, modifiers, value) that must hold."""
        kind, *rest = node or self.tree
        if kind == "test":
            return [[tuple([rest[0], tuple(rest[1]), rest[2]])]]
        if kind == "not":
            return [[]]
        ways = [self.ways(term) for term in rest[0]]
        if kind == "or":
            return [way for alternatives in ways for way in alternatives]
        # When there are too many combinations, still every alternative of every term once.
        most = max(map(len, ways))
        combinations = itertools.islice(itertools.product(*ways), 200)
        rotations = ([way[i % len(way)] for way in ways] for i in range(most))
        return [sum(combination, []) for combination in itertools.chain(rotations, combinations)]


def in_category(category, event):
    event_id, kind = event["EventID"], event.get("EventType")
    return {
        "registry_event": event_id in ("12", "13", "14"),
        "registry_set": event_id == "13",
        "registry_add": event_id == "12" and kind == "CreateKey",
        "registry_delete": event_id == "12" and kind in ("DeleteKey", "DeleteValue"),
        "registry_rename": event_id == "14",
    }[category]


IDS = {"SetValue": "13", "CreateKey": "12", "DeleteKey": "12", "DeleteValue": "12", "RenameKey": "14", "RenameValue": "14"}
KINDS = {
    "registry_event": ["SetValue", "CreateKey", "DeleteValue", "RenameKey"],
    "registry_set": ["SetValue"],
    "registry_add": ["CreateKey"],
    "registry_delete": ["DeleteKey", "DeleteValue"],
    "registry_rename": ["RenameKey"],
}


def fields_of(kind, path, data, image, user):
    """The fields of the event as the recorder writes them. data: Details, or NewName of a rename."""
    fields = {"EventID": IDS[kind], "EventType": kind, "TargetObject": path, "Image": image, "User": user}
    if kind == "SetValue":
        fields["Details"] = data or None
    if kind.startswith("Rename"):
        fields["NewName"] = data or None
    return fields


def literal(value):
    """A text that the value matches: wildcards replaced, escapes undone."""
    return re.sub(r"\\([*?\\])|([*?])", lambda found: found[1] or "w", str(value))


def texts(tests, default, leads):
    """Texts that may satisfy all tests of one field; the caller looks which really do."""
    wanted = {}
    for modifiers, value in tests:
        wanted.setdefault(tuple(m for m in modifiers if m != "all"), []).append(value)
    if any(value is None for value in wanted.get((), [])):
        return [""]
    if () in wanted:
        return [literal(value) for value in wanted[()]]
    if ("re",) in wanted:
        return [literal(value) for value in wanted[("re",)]] + ["-" + "a" * 40, "1.1.1.1", "cmd /c " + "x" * 40]
    if not wanted:
        return default
    starts = [literal(value) for value in wanted.get(("startswith",), [])] or leads
    middles = [literal(value) for value in wanted.get(("contains",), [])]
    ends = [literal(value) for value in wanted.get(("endswith",), [])] or [""]
    out = []
    for order in itertools.islice(itertools.permutations(middles), 24):
        for start, end, between in itertools.product(starts, ends, ("", "\\", "x")):
            out.append(between.join([start, *order]) + (between if order else "") + end)
            out.append(between.join([start, *order]))  # an end that a middle has already
    return out


LEADS = ["HKLM", r"HKU\S-1-5-21-1-2-3-1001", r"HKLM\SOFTWARE", "", "HKCR"]
IMAGES = [r"C:\Users\admin\Desktop\tool.exe", r"C:\Windows\System32\reg.exe", r"C:\Windows\explorer.exe"]
DATA = ["DWORD (0x00000007)", r"C:\Users\Public\x.exe", "DWORD (0x00000001)", "DWORD (0x00000000)"]


def examples(rule, most_ways=14):
    """(kind, path, data, image, user) for every way to match that an event can go; at most so many ways."""
    found = 0
    for way in rule.ways():
        of = lambda field: [(modifiers, value) for name, modifiers, value in way if name == field]
        wanted_kinds = [value for modifiers, value in of("EventType") if not modifiers]
        kinds = wanted_kinds or KINDS[rule.category]
        users = [f"WS1\\{literal(value)}" for _, value in of("User")] or [r"WS1\admin"]
        paths = texts(of("TargetObject"), [r"HKLM\SOFTWARE\K\Value1"], LEADS)
        images = texts(of("Image"), IMAGES, [r"C:\Users\admin", "", r"C:\x"])
        data = texts(of("Details") or of("NewName"), DATA, ["", "d"])
        for event in itertools.islice(itertools.product(kinds, paths, data, images, users), 4000):
            if event[1] and rule.finds(fields_of(*event)):
                yield event
                found += 1
                break
        if found >= most_ways:
            return


def neighbours(event):
    """Events that differ from this one in a single respect; some still match."""
    kind, path, data, image, user = event
    key, _, name = path.rpartition("\\")
    masked = lambda text: text[: len(text) // 2] + "#" + text[len(text) // 2 + 1:]
    for other in (path.upper(), path + "x", path[:-1], "x" + path, masked(path), path.replace("_", "x"),
                  path.replace("\\", "\\\\"), key, f"{key}x\\{name}", path + r"\(Default)"):
        if other.strip("\\") and other != path:
            yield (kind, other, data, image, user)
    if kind in ("SetValue", "RenameKey", "RenameValue"):
        for other in (data.upper(), data + "x", "x" + data, masked(data), "", "(Empty)", "Binary Data",
                      "DWORD (0x00000000)", "DWORD (0x00000001)", "0x00000001", "1", "DWORD (0x00000002)"):
            if other != data and other.strip():
                yield (kind, path, other, image, user)
        if data:
            yield (kind, path, "", image, user)
    for other in (*IMAGES, image + "x", masked(image), image.upper(), r"C:\Windows\System32\svchost.exe",
                  r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"):
        if other != image:
            yield (kind, path, data, other, user)
    for other in IDS:
        if other != kind:
            yield (other, path, data, image, user)
    yield (kind, path, data, image, r"NT AUTHORITY\SYSTEM")
