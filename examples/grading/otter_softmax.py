"""For otter-grader, in its OK format: copy this file into the folder `tests`, as softmax.py.

The second line prints nothing where the check passes, and else the report with its hint.
"""

OK_FORMAT = True

test = {
    "name": "softmax",
    "points": 1,
    "suites": [
        {
            "cases": [
                {
                    "code": r"""
                    >>> import nnbasics
                    >>> (lambda report: None if report.passed else report)(nnbasics.check("softmax", softmax))
                    """,
                    "hidden": False,
                    "locked": False,
                },
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        },
    ],
}
