#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the Azure LLM inference trace into arrival times that shardsim replays.

example: scripts/derive_azure_arrivals.py AzureLLMInferenceTrace_conv.csv workloads/arrivals/azure-llm-2023-conv.csv
"""
import argparse
import csv
import datetime


def seconds(timestamp: str) -> float:
    whole, fraction = timestamp.split(".")
    return datetime.datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").timestamp() + float("0." + fraction)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="CSV file with a column TIMESTAMP")
    parser.add_argument("target", help="CSV file to write, with the column arrival_s: seconds since the first arrival")
    args = parser.parse_args()
    with open(args.source, newline="") as source:
        times = sorted(seconds(row["TIMESTAMP"]) for row in csv.DictReader(source))
    with open(args.target, "w") as target:
        target.write("arrival_s\n")
        target.writelines(f"{t - times[0]:.6f}\n" for t in times)


if __name__ == "__main__":
    main()
