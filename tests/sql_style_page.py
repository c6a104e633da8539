"""Style rules about the page and the head of a file, read from its text and tokens."""

from __future__ import annotations

import re

from sql_files import SqlFile, TokenType, selects, short
from sql_rules import EVERYWHERE, numbered, rule
from sqlglot import exp

from sotw.pipeline.models import LAYERS

# --- the page -------------------------------------------------------------------------------


@rule(*EVERYWHERE)
def lower_case(file: SqlFile) -> list[str]:
    """Everything outside strings and comments is lower case."""
    return [f"{n}: {line.strip()}" for n, line in numbered(file.code_lines) if line != line.lower()]


@rule(*EVERYWHERE)
def four_spaces(file: SqlFile) -> list[str]:
    """Indentation is a multiple of four spaces, never a tab."""
    found = []
    above = ""
    for n, line in numbered(file.lines):
        indent = len(line) - len(line.lstrip())
        is_continued_comment = line.lstrip().startswith("--") and above.find("--") == indent
        if "\t" in line or (indent % 4 and not is_continued_comment):
            found.append(f"{n}: {line.strip()}")
        above = line
    return found


@rule(*EVERYWHERE)
def hundred_columns(file: SqlFile) -> list[str]:
    """No line is longer than 100 characters."""
    return [f"{n}: {len(line)} characters" for n, line in numbered(file.lines) if len(line) > 100]


@rule(*EVERYWHERE)
def no_trailing_blanks(file: SqlFile) -> list[str]:
    """No line ends in blanks, and the file ends with one newline."""
    found = [f"{n}: trailing blanks" for n, line in numbered(file.lines) if line != line.rstrip()]
    if not re.search(r"[^\n]\n\Z", file.text):
        found.append(f"{len(file.lines)}: the file must end with one newline")
    return found


@rule(*EVERYWHERE)
def one_column_a_line(file: SqlFile) -> list[str]:
    """Each column of a select begins a line of its own; a scalar subquery may stand on one line."""
    found = []
    for n, line in numbered(file.code_lines):
        after = re.search(r"\bselect (?:distinct (?:on \(.*?\))?)?(?!distinct)\s*(\S.*)", line)
        if after and not re.search(r"\(select\b.*\)", line) and after[1].strip(" ,") != "*":
            found.append(f"{n}: {line.strip()}")
    starts: dict[int, str] = {}
    for select in selects(file.tree):
        for column in select.expressions:
            marks = [part.meta["line"] for part in column.walk() if "line" in part.meta]
            line_of = min(marks, default=0)
            if line_of and starts.get(line_of, short(column)) != short(column):
                found.append(f"rendered line {line_of}: {short(column)}")
            starts.setdefault(line_of, short(column))
    return found


@rule(*EVERYWHERE)
def trailing_commas(file: SqlFile) -> list[str]:
    """A comma follows the last column of a select too, so that adding one changes one line."""
    tokens = file.tokens()
    found = []
    for start, token in enumerate(tokens):
        if token.token_type != TokenType.SELECT:
            continue
        depth, before = 0, token
        for after in tokens[start + 1 :]:
            is_end = after.token_type in (TokenType.FROM, TokenType.UNION, TokenType.R_PAREN)
            if depth == 0 and is_end:
                break
            depth += (after.token_type in _OPEN) - (after.token_type in _CLOSE)
            before = after
        one_line = before.line == token.line and start and tokens[start - 1].text == "("
        only_star = before.token_type == TokenType.STAR and before.line == token.line
        if before.token_type != TokenType.COMMA and not one_line and not only_star:
            found.append(f"rendered line {before.line}: no comma after '{before.text}'")
    return found


_OPEN = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSE = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)


@rule(*EVERYWHERE)
def with_on_its_own_line(file: SqlFile) -> list[str]:
    """`with` stands alone on its line; blank lines follow it and lie inside each CTE's brackets."""
    lines = file.code_lines
    raw = ["", *file.lines, "", ""]
    found = []
    for n, line in numbered(lines):
        if re.match(r"with\b", line) and (line.rstrip() != "with" or raw[n + 1].strip()):
            found.append(f"{n}: {line.strip()}")
        if re.match(r"(with )?\w+ as \($", line.rstrip()) and raw[n + 1].strip():
            found.append(f"{n}: no blank line after '{line.strip()}'")
        if re.match(r"\),?$", line.rstrip()) and raw[n - 1].strip():
            found.append(f"{n}: no blank line before '{line.strip()}'")
    return found


@rule(*LAYERS)
def eighty_lines_or_a_reason(file: SqlFile) -> list[str]:
    """A model has at most 80 lines, or its header says why: `-- Over 80 lines: …`."""
    head = file.text.partition("\n\n")[0]
    is_explained = re.search(r"^-- Over 80 lines: \w.*", head, re.MULTILINE)
    return [f"{len(file.lines)} lines"] if len(file.lines) > 80 and not is_explained else []


@rule(*EVERYWHERE)
def template_comments_in_macros_only(file: SqlFile) -> list[str]:
    """A template serves macros, constants and the one loop: no `if`, no template comments."""
    return [
        f"{n}: {line.strip()}"
        for n, line in numbered(file.lines)
        if "{#" in line or re.search(r"\{%-?\s*(if|elif|else|macro|include|import)\b", line)
    ]


# --- the head -------------------------------------------------------------------------------


@rule(*EVERYWHERE)
def opens_with_a_sentence(file: SqlFile) -> list[str]:
    """The first line is a comment: a sentence, with a capital and a full stop."""
    sentence = []
    for line in file.lines:
        text = line.removeprefix("--").strip()
        if not line.startswith("--") or not text or re.match(r"(grain|cutoff|audit):", text):
            break
        sentence.append(text)
    text = " ".join(sentence)
    good = re.match(r"[A-Z0-9].*[.]$", text)
    return [] if good else [f"1: '{text}' is no sentence"]


@rule()
def named_after_its_layer(file: SqlFile) -> list[str]:
    """Names: stg_ in staging, dim_ and fct_ in core, feat_ in features, plain nouns in marts."""
    pattern = {
        "staging": r"stg_[a-z_]+s",
        "core": r"dim_[a-z_]+s|fct_[a-z_]+",
        "features": r"feat_[a-z_]+",
        "marts": r"(?!stg_|dim_|fct_|feat_|mart_)[a-z_]+",
    }[file.folder]
    return [] if re.fullmatch(pattern, file.stem) else [f"'{file.stem}' should match {pattern}"]


@rule(*EVERYWHERE)
def steps_named_after_their_rows(file: SqlFile) -> list[str]:
    """A CTE is named after what its rows are: never t1, final, joined, temp or a single letter."""
    bad = re.compile(r"final|joined|cte\d*|temp|tmp|data|result|query|step\d+|\w{1,2}|.*\d$")
    return [
        f"'{cte.alias}' says nothing of its rows"
        for cte in file.tree.find_all(exp.CTE)
        if bad.fullmatch(cte.alias)
    ]
