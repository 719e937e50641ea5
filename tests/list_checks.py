"""Run scikit-learn's checks and those for images, and print each with its status.

::

    python -m tests.list_checks                              # all estimators, every check
    python -m tests.list_checks SLICSuperpixels              # some
    python -m tests.list_checks --write docs/tables/checks.rst   # the table of the documentation

A status is "passed", "xfail" (an expected failure) or "skipped", the last two with a reason;
anything else ends the command with an error.
"""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # else scikit-learn skips a check; SciPy reads it once

import argparse
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.utils.estimator_checks import check_estimator

from sklearn_dic.utils.estimator_checks import check_image_estimator, image_checks
from tests._registry import (
    ESTIMATORS,
    FILE_LOADERS,
    PEERS_WITHOUT_TABLES,
    expected_failures,
    expected_image_failures,
    with_channel_axis,
)

TABLE = "channel_axis=-1"
GREY = 'channel_axis="auto"'
IMAGES = "images"


def run_checks(estimator):
    """Run all checks of an estimator -> {reading: results}."""
    results = {}
    if estimator not in PEERS_WITHOUT_TABLES:
        table = with_channel_axis(estimator, -1)
        results[TABLE] = _run_checks_of_scikit_learn(table)
    if not any(estimator is loader for loader in FILE_LOADERS):
        results[GREY] = _run_checks_of_scikit_learn(estimator)
        results[IMAGES] = check_image_estimator(
            estimator, expected_failed_checks=expected_image_failures(estimator), on_fail=None
        )
    return results


def _run_checks_of_scikit_learn(estimator):
    reasons = expected_failures(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(0)  # noqa: NPY002 # what some checks draw from
        results = check_estimator(
            estimator, expected_failed_checks=reasons, on_fail=None, on_skip=None
        )
    for result in results:
        expected_to_fail = result["status"] == "xfail"
        result["reason"] = (
            reasons[result["check_name"]] if expected_to_fail else result["exception"]
        )
    return results


def print_checks(estimator, results):
    for reading, checks in results.items():
        print(f"{estimator}, {reading}")
        for check in checks:
            reason = "" if check["status"] == "passed" else f": {_reason_of(check)}"
            print(f"    {check['status']:8}{check['check_name']}{reason}")
    sys.stdout.flush()


def _reason_of(check):
    return check["reason"] or check["exception"]


def table_of(all_results):
    """Make the table of the documentation."""
    import sklearn

    lines = [
        f"Made with scikit-learn {sklearn.__version__} by ``python -m tests.list_checks --write "
        "docs/tables/checks.rst``. Passed + expected failures, of the checks that ran.",
        "",
        ".. list-table::",
        "   :header-rows: 1",
        "",
        *_row("estimator", f"``{TABLE}``", f"``{GREY}``", IMAGES),
    ]
    reasons = {}
    for estimator, results in all_results:
        cells = []
        for reading in (TABLE, GREY, IMAGES):
            count = Counter(check["status"] for check in results.get(reading, []))
            ran = sum(count.values()) - count["skipped"]
            absent = "no neighbours" if reading == TABLE else "its files"
            cells.append(f"{count['passed']} + {count['xfail']} of {ran}" if ran else absent)
            for check in results.get(reading, []):
                if check["status"] != "passed":
                    reasons.setdefault((check["check_name"], str(check["reason"])), set()).add(
                        type(estimator).__name__
                    )
        text = " ".join(str(estimator).split())
        lines += _row(f"``{text}``", *cells)
    lines += ["", "Expected failures, and checks that were not run:", ""]
    for (name, reason), classes in sorted(reasons.items()):
        lines.append(f"* ``{name}``: {reason} ({', '.join(sorted(classes))})")
    return "\n".join(lines) + "\n"


def table_of_rules():
    """Make the list of rules of the documentation."""
    return "".join(
        f"* ``{check.__name__}``: {check.__doc__.splitlines()[0]}\n" for check in image_checks()
    )


def _row(first, *cells):
    return [f"   * - {first}", *(f"     - {cell}" for cell in cells)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="names of classes; all by default")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table to a file")
    arguments = parser.parse_args()
    known = [*ESTIMATORS, *FILE_LOADERS]
    chosen = [one for one in known if not arguments.names or type(one).__name__ in arguments.names]
    unknown = set(arguments.names) - {type(one).__name__ for one in known}
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))} is not in tests/_registry.py")
    all_results = []
    for estimator in chosen:
        all_results.append((estimator, run_checks(estimator)))
        print_checks(*all_results[-1])
    failed = any(
        check["status"] not in ("passed", "xfail", "skipped")
        for _, results in all_results
        for checks in results.values()
        for check in checks
    )
    if arguments.write and not failed:
        arguments.write.write_text(table_of(all_results))
        arguments.write.with_name("image_checks.rst").write_text(table_of_rules())
    statuses = Counter(
        check["status"]
        for _, results in all_results
        for checks in results.values()
        for check in checks
    )
    print(", ".join(f"{count} {status}" for status, count in statuses.items()))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
