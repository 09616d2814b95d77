# ruff: noqa  (short on purpose: an outsider should be able to read a whole verifier at once)
"""A verifier by a stranger: from docs/seals.md and the standard library alone. `python stranger.py BOOK` prints every root."""
import csv, glob, hashlib, json, os, re, sys
from decimal import Decimal
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;.*|[{}]|\([^"]*\)|[^\s,{}"();]+')
ORDER = {"open": -2, "balance": -1, "document": 1, "close": 2}
DATE, NUMBER = re.compile(r"\d{4}-\d\d-\d\d$"), re.compile(r"[-+]?\d[\d,]*(\.\d*)?$|\([\d\s.+*()-]+\)$")
DATES, FACTS = ("reported", "notice_from", "notice_to", "helper_assigned", "plan_made"), ("state", "village", "people", "monitor")
line = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
text = lambda token: re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), token[1:-1])
sha = lambda content: hashlib.sha256(content).hexdigest()
exact = lambda token: eval(re.sub(r"\d[\d.]*", lambda m: f"Decimal('{m[0]}')", token.replace(",", "")))  # NUMBER alone gets here
def plain(number):
    digits = format(number, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits == "-0" else digits
def values(tokens):
    found = []
    while tokens:
        token = tokens.pop(0)
        if NUMBER.match(token) and not DATE.match(token):
            unit = tokens.pop(0) if tokens and re.match("[A-Z]+$", tokens[0]) and tokens[0] not in ("TRUE", "FALSE") else ""
            found.append({"amount": [plain(exact(token)), unit]} if unit else {"number": plain(exact(token))})
        elif token[0] == '"': found.append(text(token))
        elif token in ("TRUE", "FALSE"): found.append(token == "TRUE")
        else: found.append({"date": token} if DATE.match(token) else {"account": token})
    return found
def posting(tokens, day):
    flag = tokens.pop(0) if tokens[0] in ("*", "!") else ""
    cost = [plain(exact(tokens[4])), tokens[5], day, ""] if "{" in tokens else None
    units = [plain(exact(tokens[1])), tokens[2]] if len(tokens) > 1 else None
    return {"account": tokens[0], "flag": flag, "units": units, "cost": cost, "price": None, "meta": {}}
def about(kind, a, tags, folder):
    strings = [text(t) for t in a if t[0] == '"']
    marks = {"tags": sorted({*tags, *(t[1:] for t in a if t[0] == "#")}), "links": sorted(t[1:] for t in a if t[0] == "^")}
    return {
        "transaction": lambda: {"flag": kind, "payee": strings[-2] if strings[1:] else "", "narration": strings[-1], "postings": [], **marks},
        "custom": lambda: {"type": strings[0], "values": values(a[1:])},
        "open": lambda: {"account": a[0], "currencies": [t for t in a[1:] if t[0] != '"'], "booking": "".join(strings)},
        "balance": lambda: {"account": a[0], "amount": [plain(exact(a[1])), a[-1]]},
        "note": lambda: {"account": a[0], "comment": strings[0], **marks},
        "document": lambda: {"account": a[0], "path": os.path.normpath(folder + "/" + strings[0]), **marks},
        "event": lambda: {"name": strings[0], "description": strings[1]},
        "price": lambda: {"currency": a[0], "amount": [plain(exact(a[1])), a[2]]},
        "query": lambda: {"name": strings[0], "query": strings[1]},
        "commodity": lambda: {"currency": a[0]}, "close": lambda: {"account": a[0]},
    }["transaction" if kind in ("*", "!", "txn") else kind]()
def parse(root, name, found, seen):
    seen.add(name); entry = place = None; tags = []; pushed = {}
    for number, row in enumerate(open(f"{root}/{name}", encoding="utf-8"), 1):
        tokens = [t for t in TOKEN.findall(row) if t[0] != ";"]
        if not tokens: continue
        if row[0] in " \t" and entry:
            if re.match(r"\s+[a-z][\w-]+:", row): place["meta"][tokens[0][:-1]] = (values(tokens[1:]) or [None])[0]
            else: place = posting(tokens, entry[1]); entry[2]["postings"].append(place)
        elif tokens[0] == "include":
            for other in glob.glob(os.path.join(os.path.dirname(name), text(tokens[1])), root_dir=root, recursive=True):
                if os.path.normpath(other) not in seen: parse(root, os.path.normpath(other), found, seen)
        elif tokens[0] in ("pushtag", "poptag"): (tags.append if tokens[0] == "pushtag" else tags.remove)(tokens[1][1:])
        elif tokens[0] in ("pushmeta", "popmeta"): pushed = {**pushed, tokens[1][:-1]: values(tokens[2:])[0]} if tokens[2:] else {k: v for k, v in pushed.items() if k != tokens[1][:-1]}
        elif DATE.match(tokens[0]):
            place = {"meta": dict(pushed), **about(tokens[1], tokens[2:], tags, os.path.dirname(name))}
            entry = ["transaction" if "postings" in place else tokens[1], tokens[0], place]
            found.append((tokens[0], ORDER.get(tokens[1], 0), number, len(found), entry))
def complete(postings, day, lots):  # the one amount that may be left out; a reduction's lot keeps its day
    rest = {}
    for p in postings:
        if p["cost"]: p["cost"][2] = lots.setdefault((p["account"], p["units"][1], p["cost"][0]), day)
        if p["units"]: rest[(p["cost"] or p["units"])[1]] = rest.get((p["cost"] or p["units"])[1], 0) + Decimal(p["units"][0]) * Decimal(p["cost"][0] if p["cost"] else 1)
    for p, (unit, total) in zip([p for p in postings if not p["units"]], rest.items()): p["units"] = [plain(-total), unit]
def households(rows, after, end):
    for row in sorted(rows, key=lambda row: row["date"]):
        start = ["household", row["date"], row["household"]]
        if after < row["date"] <= end: yield [*start, {k: int(row[k]) if k == "people" else row[k] for k in FACTS if row[k]}]
        yield from (["household-date", *start[1:], k, row[k]] for k in DATES if row[k] and after < max(row["date"], row[k]) <= end)
def members(rows, after, end):
    for row in sorted(rows, key=lambda row: row["from"] or "0001-01-01"):
        start, who = row["from"] or "0001-01-01", [row[k] for k in ("who", "household", "person")]
        if after < start <= end: yield ["member", *who, row["from"]]
        if row["to"] and after < max(start, row["to"]) <= end: yield ["member-left", *who, [row["to"], row["reason"]]]
def sides(root, inside, version, after, end):
    """Rolls of the months whose vouchers name some, then the files that vouchers and documents name."""
    legs = [(e[1], p, {**e[2]["meta"], **p["meta"]}) for e in inside for p in e[2].get("postings", ())]
    for name in sorted({f"rolls/{day[:4]}/{day[5:7]}{'-shares' if '9104' in p['account'] else ''}.csv" for day, p, meta in legs if "roll" in meta}):
        head, *rows = open(f"{root}/{name}", "rb").read().replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
        header, rolls = next(csv.reader([head.decode()])), {}
        for row in rows: rolls.setdefault(next(csv.reader([row.decode()]))[header.index("roll")], []).append(row + b"\n")
        yield from [["roll-header", name, header], *(["roll", name, roll, sha(b"".join(lines))] for roll, lines in rolls.items())]
    if version not in ("1", "2") and os.path.isfile(f"{root}/registry/members.csv"): yield from members(csv.DictReader(open(f"{root}/registry/members.csv", encoding="utf-8", newline="")), after, end)
    if version != "1" and os.path.isfile(f"{root}/registry/identities.check"): yield ["identities", open(f"{root}/registry/identities.check").read().strip()]
    named = [m for e in inside for m in ([e[2]["path"]] if e[0] == "document" else []) + [d["meta"].get("evidence") for d in [e[2], *e[2].get("postings", ())]] if m]
    yield from (["file", f, sha(open(f"{root}/{f}", "rb").read()) if os.path.isfile(f"{root}/{f}") else ""] for f in dict.fromkeys(named) if version != "1" or os.path.isfile(f"{root}/{f}"))
def roots(root):
    parse(root, "main.beancount", found := [], set())
    lots, after, previous, result = {}, "0000", "", []
    for *_, entry in sorted(found, key=lambda row: row[:4]): complete(entry[2].get("postings", ()), entry[1], lots)
    entries = [row[-1] for row in sorted(found, key=lambda row: (*row[:3], line(row[-1])))]
    people = list(csv.DictReader(open(f"{root}/registry/households.csv", encoding="utf-8", newline="")))
    for day, end, version in sorted((e[1], e[2]["values"][0], e[2]["meta"]["version"]) for e in entries if e[2].get("type") == "seal"):
        inside = [e for e in entries if after < e[1] <= end and not e[2].get("type", "").startswith("fava-")]
        form = [["xianjie-seal", version, end, previous, *([day] if version != "1" else [])], *inside, *households(people, after, end), *sides(root, inside, version, after, end)]
        result.append((after := end, previous := sha("".join(line(item) + "\n" for item in form).encode()), form[1:]))
    return result
if __name__ == "__main__":
    for end, root, _ in roots(sys.argv[1]): print(end, root)
