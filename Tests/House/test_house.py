"""The rules of the house that a test can hold, so that nobody has to remember them. Reads the tree as text; starts nothing."""
import json
import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"
# What each module may import of the project: arrows point down only (design: the house).
MAY_IMPORT = {
    "RegistryDomain": set(),
    "PostgresClient": {"CLibPQ", "CEpoll"},
    "TransparencyLog": set(),
    "RegistryStore": {"RegistryDomain", "PostgresClient", "TransparencyLog"},
    "RegistryJobs": {"RegistryDomain", "RegistryStore", "TransparencyLog", "PostgresClient"},
    "RegistryAPI": {"RegistryDomain", "RegistryStore", "RegistryJobs", "TransparencyLog"},
    "RegistryConsole": {"RegistryDomain", "RegistryStore", "TransparencyLog"},
    "ceregistry": {"RegistryAPI", "RegistryConsole", "RegistryJobs", "RegistryStore", "RegistryDomain", "TransparencyLog"},
}


def tracked(*patterns):
    """What git tracks, and what is new and not ignored."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def swift(folder=SOURCES):
    return sorted(folder.rglob("*.swift"))


def lines(files):
    """Each line of code with its place; comments are left out."""
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            code = re.sub(r'"(?:\\.|[^"\\])*"', '""', line).split("//")[0]
            yield f"{file.relative_to(ROOT)}:{number}", line, code


def rules():
    text = (SOURCES / "RegistryDomain/Values/RuleID.swift").read_text()
    return re.findall(r'static let (\w+) = RuleID', text)


def test_the_domain_knows_every_rule_once():
    assert len(rules()) == len(set(rules())) >= 43


@pytest.mark.parametrize("rule", rules())
def test_every_rule_stands_in_the_domain_in_the_policy_and_in_a_test(rule):
    word = re.compile(rf"\b{rule}\b")
    domain = [f for f in swift(SOURCES / "RegistryDomain") if word.search(f.read_text())]
    policy = (ROOT / "sql/policies/2017-87.yaml").read_text()
    tests = [f for f in tracked("Tests") if f.suffix in (".swift", ".py", ".yaml") and word.search(f.read_text())]
    assert domain and word.search(policy) and tests, rule


@pytest.mark.parametrize("module", sorted(MAY_IMPORT))
def test_arrows_point_down_only(module):
    own = {folder.name for folder in SOURCES.iterdir()} - {"CZlib", "CLibZip", "CLibXlsxWriter", "CQREncode"}
    folder = SOURCES / module
    if not folder.exists(): pytest.skip("no such module yet")
    imported = {name for file in swift(folder) for name in re.findall(r"^(?:@\w+ )?(?:public |internal )?import (\w+)", file.read_text(), re.M)}
    assert imported & own <= MAY_IMPORT[module]
    if module == "RegistryDomain": assert imported <= {"Foundation"}


def test_every_module_has_its_place_in_the_house():
    modules = {folder.name for folder in SOURCES.iterdir() if folder.is_dir() and swift(folder)}
    assert modules == {name for name in MAY_IMPORT if (SOURCES / name).exists()}


def test_nothing_in_the_sources_is_forced():
    forced = [place for place, _, code in lines(swift()) if re.search(r"\btry!|\bas!|[\w)\]]!(?=[\s.,)\]}?]|$)", code)]
    assert not forced


def test_whoever_steps_out_of_the_compilers_checks_says_why():
    silent = []
    for file in swift():
        text = file.read_text().splitlines()
        for number, line in enumerate(text):
            if re.search(r"@unchecked Sendable|nonisolated\(unsafe\)", line.split("//")[0]):
                near = text[max(0, number - 6):number] + [line]
                if not any("//" in other for other in near): silent.append(f"{file.relative_to(ROOT)}:{number + 1}")
    assert not silent


def test_files_stay_small():
    long = [str(f.relative_to(ROOT)) for f in swift() if len(f.read_text().splitlines()) > 320]
    assert not long


def test_every_command_says_its_name():
    """What says none is named by reflection, all of them at every start."""
    nameless = [str(file.relative_to(ROOT)) for file in swift(SOURCES / "ceregistry") if re.search(r"CommandConfiguration\(\s*(?!commandName: )\w", file.read_text())]
    assert not nameless


def test_sql_takes_its_values_as_parameters():
    """`unescaped:` is for the program's own words: never for something that came in."""
    suspicious = [place for place, line, _ in lines(swift()) if re.search(r"unescaped: .*\b(form|query|body|request|input)\b", line)]
    assert not suspicious


def test_nothing_names_a_machine():
    spoken = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/(?!\.local)|pypi\.|deb\.debian\.org|registry-1\.")
    named = [f"{f.relative_to(ROOT)}: {hit.group()}" for f in tracked() if f.suffix not in (".png", ".gz") and f != pathlib.Path(__file__)
             for hit in [spoken.search(f.read_text(errors="replace"))] if hit]
    assert not named


def test_the_top_level_holds_no_more_than_it_should():
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= {"Package.swift", "Sources", "Tests", "sql", "deploy", "README.md"}


# The words of the pages

WORDS = SOURCES / "RegistryConsole/Resources/words"


def words():
    return {key: pair for file in WORDS.glob("*.json") for key, pair in json.loads(file.read_text()).items()}


def test_every_word_is_said_in_chinese_and_in_english():
    lacking = [key for key, pair in words().items() if len(pair) != 2 or not all(text.strip() for text in pair)]
    assert not lacking


def test_every_word_that_a_template_asks_for_is_there():
    templates = SOURCES.glob("RegistryConsole/Resources/**/*.mustache")
    asked = {(f.name, key) for f in templates for key in re.findall(r"\{\{[#^/&]?\s*t\.(\w+)", f.read_text())}
    assert not sorted((name, key) for name, key in asked if key not in words())


def test_every_word_that_a_page_asks_for_is_there():
    asked = {(f.name, key) for f in swift(SOURCES / "RegistryConsole") for key in re.findall(r'\bwords\("(\w+)"[,)]', f.read_text())}
    assert not sorted((name, key) for name, key in asked if key not in words())


def test_every_action_of_the_access_log_and_every_record_of_a_finding_has_a_word():
    rights = (SOURCES / "RegistryDomain/Rights/Rights.swift").read_text()
    actions = [name for line in re.findall(r"case (.+)", re.search(r"enum Action.*?\n    }\n", rights, re.S)[0]) for name in re.findall(r"\w+", line)]
    kinds = {kind for f in swift(SOURCES / "RegistryStore/Audit") for kind in re.findall(r'recordKind: "(\w+)"', f.read_text())}
    assert len(actions) > 30 and len(kinds) > 10
    assert not [key for key in [f"action_{a}" for a in actions] + [f"record_{k}" for k in kinds] if key not in words()]


def test_no_word_is_left_over():
    text = "\n".join(f.read_text() for f in [*swift(SOURCES / "RegistryConsole"), *SOURCES.glob("RegistryConsole/Resources/**/*.mustache")])
    # `words("status_\(…)")` asks for a whole family.
    families = re.findall(r'"(\w+)\\\(', text)
    # `words("\(condition ? "one" : "other")_\(…)")` asks for two.
    families += [f"{name}_" for line in text.splitlines() if 'words("\\(' in line for name in re.findall(r'"(\w+)"', line)]
    left = [key for key in words() if not re.search(rf"\b{key}\b", text) and not key.startswith(tuple(families))]
    assert not left


# The style of the pages

def styled():
    """Each class that a rule outside of @media gives its looks, alone or with others, by its line."""
    for file in ("console.css", "record.css"):
        text = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", re.sub(r"/\*.*?\*/", "", (WORDS.parent / file).read_text(), flags=re.S))
        for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", text):
            for selector in selectors.split(","):
                if re.fullmatch(r"\.[\w-]+", selector.strip()): yield selector.strip(), selectors.strip()


def test_a_class_means_one_thing():
    """Two pages that style one word differently spoil each other."""
    rules = {}
    for selector, rule in styled(): rules.setdefault(selector, []).append(rule)
    assert len(rules) > 100
    assert not {selector: found for selector, found in rules.items() if found.count(selector) > 1}


# What README says

def test_readme_names_only_scripts_that_are_there():
    named = set(re.findall(r"(?<![\w/])(deploy/[\w/.-]+[\w])", (ROOT / "README.md").read_text()))
    assert named and not [path for path in named if not (ROOT / path).exists()]


def test_readme_names_only_commands_that_are_there():
    text = (ROOT / "README.md").read_text()
    said = set(re.findall(r"\bceregistry ([a-z][a-z-]+)(?= |`|$)", text, re.M))
    names = {name for f in swift(SOURCES / "ceregistry") for name in re.findall(r'commandName: "([\w-]+)"', f.read_text())}
    types = {re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower() for f in swift(SOURCES / "ceregistry")
             for name in re.findall(r"struct (\w+?)(?:Command)?: (?:Async)?ParsableCommand", f.read_text())}
    assert said and said <= names | types, said - names - types


def test_the_policy_is_data_alone():
    """No year, date or number of hours of the notice stands in Swift or SQL."""
    document = yaml.safe_load((ROOT / "sql/policies/2017-87.yaml").read_text())
    dates = {str(v) for v in re.findall(r"\d{4}-\d\d-\d\d", json.dumps(document, default=str))}
    files = [f for f in [*swift(), *(ROOT / "sql").glob("*.sql")] if "Demo" not in str(f)]
    assert not [f"{f.relative_to(ROOT)}: {d}" for f in files for d in dates
                if any(d in line.split("//")[0].split("--")[0] for line in f.read_text().splitlines())]
