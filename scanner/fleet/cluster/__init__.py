"""The work of a fleet on a cluster of Dask, in place of threads of this process.

`client.py` has the same interface as `scanner.fleet.workers.LocalWorkers`, for a scheduler that is
there already or for one that `local_cluster.py` starts. `divided.py` is around it, and lets several
workers search one large repository. `on_worker.py` has what a worker calls;
`messages.py` is all that goes to it and comes back: JSON, read strictly. `program.py` is how both
sides know that they are the same, `unpickling.py` keeps this process from running what the
scheduler sends, and `library.py` is the only import of Dask.
"""
