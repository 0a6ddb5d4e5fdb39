"""What deploy/bench growth measured, size by size: a table or JSON, and a plot."""
import argparse
import json
from pathlib import Path


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("results", nargs="+", type=Path)
    return parser.parse_args()


def grown(runs):
    """Each run with what it costs over the first, and what one more learner and one more entry takes on disk."""
    first = runs[0]
    for run in runs:
        for name, operation in run["operations"].items(): operation["growth"] = round(operation["seconds"] / first["operations"][name]["seconds"], 3)
    for run in runs[1:]:
        if run["filled"]:
            # An opening, its place among what stands, and what the log will make a leaf of.
            run["bytesPerEntry"] = round((run["bytes"] - run["loadedBytes"]) / max(1, run["entries"] - run["loadedEntries"]))
        else:
            # Beyond the smallest city, so that the catalogue counts for nothing; leaves and seals included.
            run["bytesPerLearner"] = round((run["bytes"] - first["bytes"]) / (run["learners"] - first["learners"]))
            run["bytesPerEntry"] = round((run["bytes"] - first["bytes"]) / (run["entries"] - first["entries"]))
    return {"machine": {name: value for name, value in first["machine"].items() if name != "learners"}, "rounds": first["rounds"],
            "runs": [{name: value for name, value in run.items() if name not in ("machine", "rounds")} for run in runs]}


def seconds(value): return f"{value * 1000:.2f} ms" if value < 1 else f"{value:.1f} s"


def table(document):
    runs = document["runs"]
    print(" · ".join(f"{name} {value}" for name, value in document["machine"].items()), f"· medians of {document['rounds']} rounds")
    print("time, growth over the smallest city, (ratio to the bare statement of the same run)")
    def line(name, cells): print(f"{name:34}" + "".join(f"{cell:>28}" for cell in cells))
    line("learners", [f"{run['learners']:,}" for run in runs])
    line("register entries", [f"{run['entries']:,}{' (filled up)' if run['filled'] else ''}" for run in runs])
    for name in runs[0]["operations"]:
        found = [run["operations"].get(name) for run in runs]
        line(name, [f"{seconds(one['seconds'])} ×{one['growth']:.3g} ({one['ratio']:.2f})" if one else "" for one in found])
    line("database on disk", [f"{run['bytes'] / 1e6:,.0f} MB" for run in runs])
    line("  for one more learner", [f"{run['bytesPerLearner']:,} bytes" if "bytesPerLearner" in run else "" for run in runs])
    line("  for one more entry", [f"{run['bytesPerEntry']:,} bytes" if "bytesPerEntry" in run else "" for run in runs])
    for name in ("firstCheckpoint", "firstAudit", "fill"): line(f"once: {name}", [seconds(run["once"][name]) if name in run["once"] else "" for run in runs])


def plot(document, file):
    import matplotlib
    matplotlib.use("svg")
    # The same figures give the same file.
    matplotlib.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9})
    import matplotlib.pyplot as pyplot
    runs = document["runs"]
    figure, (growing, beside) = pyplot.subplots(1, 2, figsize=(11, 5), sharex=True, layout="constrained")
    for name in runs[0]["operations"]:
        for axes, value in ((growing, "growth"), (beside, "ratio")):
            drawn, = axes.plot(*points(runs, name, value, False), marker="o", markersize=4, label=name)
            # A city that was filled up is another register: beside the line, not on it.
            axes.plot(*points(runs, name, value, True), linestyle="", marker="D", markersize=6, markerfacecolor="none", color=drawn.get_color())
    entries = [run["entries"] for run in runs]
    growing.plot([entries[0], entries[-1]], [1, entries[-1] / entries[0]], linestyle=":", color="grey", label="in proportion to the register")
    beside.axhline(1, linestyle=":", color="grey")
    growing.set(title="time for one, the smallest city = 1")
    beside.set(title="time for one, the bare statement of the same run = 1")
    for axes in (growing, beside):
        axes.set(xscale="log", yscale="log", xlabel="register entries (◇ the largest city filled up with earlier years)")
        axes.grid(True, which="major", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*growing.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(file, metadata={"Date": None})


def points(runs, name, value, filled):
    found = [run for run in runs if run["filled"] == filled and name in run["operations"]]
    return [run["entries"] for run in found], [run["operations"][name][value] for run in found]


def main():
    asked = parse()
    document = grown(sorted((json.loads(file.read_text()) for file in asked.results), key=lambda run: (run["filled"], run["learners"])))
    if asked.plot: plot(document, asked.plot)
    if asked.json: print(json.dumps(document, ensure_ascii=False, indent=2))
    else: table(document)


main()
