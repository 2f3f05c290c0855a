"""Figures of the programs that are written with Google Benchmark: each repetition as a figure of its own."""

import json
import subprocess


def steps(benchmark, runs):
    names = {"framing": "framing and syslog header, one core",
             "decode_and_normalize/xml": "decoding and normalising, one core",
             "store_alone/10000/iterations:3": "the store alone, 10,000 a commit",
             "store_alone/1000/iterations:3": "the store alone, 1,000 a commit"}
    for result in repeated(benchmark, runs):
        if result["run_name"] in names:
            yield names[result["run_name"]], result["items_per_second"]


def ticks(benchmark, runs):
    names = {"detections:100000": "tick of all detections, 1,000,000 events",
             "detections:1/": "tick of one detection, 1,000,000 events"}
    chosen = "--benchmark_filter=^tick/events:1000000/paths:20000/detections:(100000|1)/unfiltered:0/older:0/added:0$"
    for result in repeated(benchmark, runs, chosen):
        name = next(name for part, name in names.items() if part in result["run_name"])
        yield name, result["real_time"]


def repeated(benchmark, runs, *arguments):
    done = subprocess.run([benchmark, "--benchmark_format=json", f"--benchmark_repetitions={runs}", *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return [result for result in json.loads(done.stdout)["benchmarks"] if result["run_type"] == "iteration"]
