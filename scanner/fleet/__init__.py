"""Many repositories, with a folder that remembers how each of them ended.

`sources.py` makes a list of repositories, `task.py` mirrors and scans one of them,
`scan_process.py` does the scan in a process of its own, `unchanged.py` decides whether it is
needed at all,
`state_folder.py` keeps outcomes and reports, `run.py` puts them together, and `status.py` shows
what is kept. What a scan finds is in the folder in redacted form only.
"""
