"""What a published detection must find, worked out without the program: its WHERE is read and evaluated here.

Shares nothing with the daemon but the description of SPL. Knows tstats WHERE only; what a search does with its rows
afterwards is the caller's to know.
"""

import functools
import itertools
import re

TOKEN = re.compile(r'\s*("(?:\\.|[^"\\])*"|!=|<=|>=|[(),=<>|\[\]]|[^\s(),"=<>!|\[\]]+)', re.S)


def search_of(yaml_text):
    """The search of a detection file: ESCU writes single-quoted scalars, in which only '' is special."""
    quoted = re.search(r"(?m)^search: '((?:[^']|'')*)'", yaml_text)[1]
    return re.sub(r"\s*\n\s*", " ", quoted).replace("''", "'")


def unescape(text):
    """One level: a backslash before punctuation goes, but never before the wildcard."""
    return re.sub(r"\\([^\w\s*])", r"\1", text)


@functools.lru_cache(maxsize=None)
def pattern(text):
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.I | re.S)


class Where:
    """The filter of one tstats: a tree of ("and" | "or", [terms]), ("not", term) and ("test", field, op, value)."""

    def __init__(self, dataset, text):
        self.dataset = dataset
        self.tokens = []
        depth = 0
        for token in TOKEN.findall(text):
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth < 0 or token in ("|", "]") or (depth == 0 and token.lower() == "by"):
                break
            self.tokens.append(token)
        self.at = 0
        self.tree = self.conjunction()
        assert self.at == len(self.tokens), f"left over: {self.tokens[self.at:]}"

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    # AND, written or not, binds last.
    def conjunction(self):
        terms = [self.disjunction()]
        while self.peek() not in (None, ")"):
            if self.peek() == "AND":
                self.take()
            terms.append(self.disjunction())
        return ("and", terms)

    def disjunction(self):
        terms = [self.term()]
        while self.peek() == "OR":
            self.take()
            terms.append(self.term())
        return ("or", terms)

    def term(self):
        token = self.take()
        if token == "NOT":
            return ("not", self.term())
        if token == "(":
            inner = self.conjunction()
            assert self.take() == ")"
            return inner
        field = token.split(".", 1)[1]
        op = self.take()
        if op == "IN":
            assert self.take() == "("
            values = []
            while True:
                values.append(self.value())
                if self.take() == ")":
                    return ("or", [("test", field, "=", value) for value in values])
        assert op in ("=", "!="), op
        return ("test", field, op, self.value())

    def value(self):
        token = self.take()
        return unescape(token[1:-1] if token[0] == '"' else token)

    def holds(self, event, node=None):
        """`event`: field -> text; what is not there is null."""
        kind, *rest = node or self.tree
        if kind == "and":
            return all(self.holds(event, term) for term in rest[0])
        if kind == "or":
            return any(self.holds(event, term) for term in rest[0])
        if kind == "not":
            return not self.holds(event, rest[0])
        field, op, value = rest
        text = event.get(field)
        if text is None:
            return False
        return (pattern(value).fullmatch(text) is not None) == (op == "=")

    def ways(self, node=None):
        """Every choice among the alternatives: lists of (field, value) that must match; negations are left to luck."""
        kind, *rest = node or self.tree
        if kind == "test":
            return [[(rest[0], rest[2])]] if rest[1] == "=" else [[]]
        if kind == "not":
            return [[]]
        ways = [self.ways(term) for term in rest[0]]
        if kind == "or":
            return [way for alternatives in ways for way in alternatives]
        return [sum(combination, []) for combination in itertools.islice(itertools.product(*ways), 500)]


def filters_of(search):
    """(dataset, Where or None) of every tstats in the search, in order."""
    filters = []
    for found in re.finditer(r"(?i)\bfrom\s+datamodel\s*=?\s*Endpoint\.(\w+)\s+(where\b)?", search):
        filters.append((found[1], Where(found[1], search[found.end():]) if found[2] else None))
    return filters


# --- registry events, as the recorder writes them and as the data model shows them ---


def mapped(kind, path, details, user):
    """kind: SetValue, DeleteValue, CreateKey, DeleteKey, RenameValue."""
    event = {"registry_path": path, "registry_key_name": path, "user": user, "status": "success"}
    event.update(dict.fromkeys(("registry_value_name", "registry_value_data", "registry_value_type"), "unknown"))
    event["action"] = {"CreateKey": "created", "DeleteKey": "deleted", "DeleteValue": "deleted"}.get(kind, "modified")
    if kind.endswith("Value"):
        event["registry_key_name"], _, event["registry_value_name"] = path.rpartition("\\")
    if kind in ("SetValue", "RenameValue") and details:
        number = re.fullmatch(r"([DQ]WORD) \((0x.*)\)", details) if kind == "SetValue" else None
        event["registry_value_data"] = number[2] if number else details
        if number:
            event["registry_value_type"] = "REG_" + number[1]
    return event


def details_of(data):
    """What the recorder writes so that the data model shows `data`."""
    if re.fullmatch("0x[0-9a-fA-F]{8}", data):
        return f"DWORD ({data})"
    return f"QWORD ({data})" if re.fullmatch("0x[0-9a-fA-F]{8}-0x[0-9a-fA-F]{8}", data) else data


def fill(text, leads, middles, trails):
    """Texts that match a value: its wildcards replaced, by their place."""
    pieces = text.split("*")
    if len(pieces) == 1:
        return [text]
    choices = []
    for i, piece in enumerate(pieces[:-1]):
        first, last = i == 0 and not piece, i == len(pieces) - 2 and not pieces[-1]
        choices.append(leads if first else trails if last else middles)
    return ["".join(itertools.chain(*itertools.zip_longest(pieces, stars, fillvalue="")))
            for stars in itertools.product(*choices)]


def examples(where):
    """One event (kind, path, details, user) for every way to match that an event can go."""
    for way in where.ways():
        wanted = lambda field: [value for name, value in way if name == field]
        names = [text for value in wanted("registry_value_name") or ["Value1"]
                 for text in fill(value, ["", "a"], ["b"], ["", "c"])]
        leads = ["HKLM", "HKLM\\", r"HKU\S-1-5-21-1-2-3-1001", r"HKLM\SOFTWARE", "HKLM\\SYSTEM\\", ""]
        leads += [value.strip("*") for value in wanted("registry_path")]  # where two ask for parts of one path
        trails = ["", *(f"\\{name}" for name in names), *names, *(f"\\k\\{name}" for name in names)]
        paths = [text for value in wanted("registry_path") for text in fill(value, leads, ["", "m", "\\m\\"], trails)]
        paths += [f"{text}\\{name}" for value in wanted("registry_key_name")
                  for text in fill(value, leads, ["", "m"], ["", "k"]) for name in names]
        paths = paths or [f"HKLM\\SOFTWARE\\K\\{name}" for name in names]
        datas = [text for value in wanted("registry_value_data")
                 for text in fill(value, ["", "d"], ["", "e"], ["", "f"])] or ["0x00000007"]
        action = (wanted("action") or ["modified"])[0]
        kinds = {"created": ["CreateKey"], "deleted": ["DeleteValue", "DeleteKey"]}.get(action, ["SetValue"])
        for kind, path, data, user in itertools.product(kinds, paths, datas, wanted("user") or ["admin"]):
            event = (kind, path, details_of(data), user)
            if where.holds(mapped(*event)):
                yield event
                break


def neighbours(event):
    """Events that differ from this one in a single respect; some still match."""
    kind, path, details, user = event
    key, _, name = path.rpartition("\\")
    masked = lambda text: text[: len(text) // 2] + "?" + text[len(text) // 2 + 1:]
    paths = [path.upper(), path.lower(), path + "x", path[:-1], "x" + path, masked(path), path.replace("_", "x"),
             path.replace("\\", "/"), path.replace("\\", "\\\\"), key, f"{key}\\sub\\{name}", f"{key}x\\{name}",
             f"{key}\\(Default)"]
    data = mapped(*event)["registry_value_data"]
    datas = [details.upper(), details + "x", "x" + details, masked(details), details.replace("_", "%"), data, "", "1", "0",
             "Binary Data", "(Empty)", "DWORD (0x00000000)", "DWORD (0x00000001)", "DWORD (0x00000002)",
             "QWORD (0x00000000-0x00000001)"]
    yield from ((kind, other, details, user) for other in paths if other and other != path)
    yield from ((kind, path, other, user) for other in datas if other != details)
    kinds = ("SetValue", "DeleteValue", "CreateKey", "DeleteKey", "RenameValue")
    yield from ((other, path, details, user) for other in kinds if other != kind)
    yield (kind, path, details, "SYSTEM" if user != "SYSTEM" else "admin")
