"""Many repositories, with a folder that remembers how each of them ended.

`sources.py` makes a list of repositories. `work.py` mirrors and scans one of them: `unchanged.py`
decides whether that is needed at all, `scan_process.py` does it in a process of its own.
`workers.py` is who does the work. `task.py` says what is to be done and judges how it ended,
`state_folder.py` keeps outcomes and reports, `run.py` puts them together, and `status.py` shows
what is kept. What a scan finds is in the folder in redacted form only.
"""
