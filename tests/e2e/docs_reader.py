"""The Markdown files as a test needs them: blocks of code with what is said about them, headings, links, words of code."""

import pathlib
import re

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent

# A comment right before a block, which a reader does not see:
#   <!-- not run: REASON -->              commands that cannot be run as they stand; listed in docs_not_run.txt
#   <!-- not configuration: WHAT -->      YAML of something else
MARK = re.compile(r"<!-- (not run|not configuration): (.+?) -->")
FENCE = re.compile(r"( *)```(\w*)\s*$")


def documents():
    """Every Markdown file, by its path from the root."""
    found = [path for folder in (".", "docs", "etc") for path in (SOURCE_DIR / folder).glob("*.md")]
    found += (SOURCE_DIR / "etc").rglob("*/*.md")
    return [Document(path) for path in sorted(set(path.resolve() for path in found))]


class Block:
    def __init__(self, document, line, language, text, marks):
        self.document = document
        self.line = line  # of the fence
        self.language = language
        self.text = text
        self.marks = marks  # {"not run": reason}

    def __str__(self):
        return f"{self.document}:{self.line}"


class Document:
    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(SOURCE_DIR))
        self.text = path.read_text(encoding="utf-8")
        self.blocks = []
        self.prose = []  # (line number, line) outside of blocks
        self.read()

    def read(self):
        lines = self.text.split("\n")
        marks = {}
        at = 0
        while at < len(lines):
            fence = FENCE.match(lines[at])
            if fence is None:
                found = MARK.fullmatch(lines[at].strip())
                if found:
                    marks[found[1]] = found[2]
                elif lines[at].strip():
                    marks = {}
                self.prose.append((at + 1, lines[at]))
                at += 1
                continue
            end = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == "```")
            indent = len(fence[1])
            text = "\n".join(line[indent:] for line in lines[at + 1 : end]) + "\n"
            self.blocks.append(Block(self.name, at + 1, fence[2], text, marks))
            marks = {}
            at = end + 1

    def of(self, *languages):
        return [block for block in self.blocks if block.language in languages]

    def anchors(self):
        """As GitHub makes them of headings."""
        anchors = set()
        for _, line in self.prose:
            heading = re.match(r"#{1,6} (.+)", line)
            if not heading:
                continue
            text = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
            count = sum(1 for known in anchors if re.fullmatch(re.escape(text) + r"(-\d+)?", known))
            anchors.add(text if count == 0 else f"{text}-{count}")
        return anchors

    def links(self):
        """(line number, target)"""
        found = []
        for number, line in self.prose:
            line = re.sub(r"`[^`]*`", lambda code: re.sub(r"[\[\]()]", " ", code[0]), line)
            found += [(number, target) for target in re.findall(r"\]\(([^)\s]+)\)", line)]
        return found

    def code_words(self):
        """(line number, text) of what stands between backquotes. A span may go on in the next line."""
        found = []
        prose = "\n".join(line for _, line in self.prose)
        numbers = [number for number, _ in self.prose]
        for span in re.finditer(r"(?<!`)`([^`]+)`(?!`)", prose):
            found.append((numbers[prose.count("\n", 0, span.start())], re.sub(r"\s+", " ", span[1])))
        return found
