"""Benchmarks: inknn beside FAISS and scikit-learn, measured in one run on one machine.

    pip install . -r benchmarks/requirements.txt
    python -m benchmarks all --quick            # every benchmark in a small size: about two minutes
    python -m benchmarks search latency         # two benchmarks in full
    python -m benchmarks all --save             # every benchmark in full, kept in benchmarks/results

A time alone means little; the ratio of two times from one run on one machine means much. Each benchmark
therefore measures inknn and its peers one after the other on the same arrays, checks that they find the same
neighbors, and keeps the facts of the machine with its figures.

To add a benchmark, write a generator of rows in a module of this package. Then add one line to ``BENCHMARKS``
in ``registry.py`` and one to ``COLUMNS`` in ``tables.py``. To add a peer, write a function in ``peers.py``
and add one line to the table there.
"""
