"""Random damage to whole files that hold a credential: `python -m fuzz corrupt`.

subjects    the files: archives, databases, the parts of a repository, and who else reads them
damage      what happens to them
attempt     one scan of one of them, in a process with limits
survey      thousands of those, and the table
"""
