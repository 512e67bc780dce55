"""Remote repositories: an address becomes a mirror on this machine, or a failure of one sentence.

For a command, or for a process of its own that scans one repository:

    address = parse("https://git.example/acme/site.git")
    access = Access(login(address, tokens([], [address]), os.environ))
    with mirror(address, access, folder) as found:  # without a folder it is removed at the end
        Repository(found.path, named=True)

`parse` (address.py) and `mirror` (mirror.py) raise RemoteError (failure.py): its `state` is for a
program, its text for people. Limits of size and time (watch.py) and the progress are in `Access`.
Nothing here asks a question, and what is raised, in the main thread, by Ctrl-C or SIGTERM passes
through and leaves nothing: a process that is to end in order has to turn SIGTERM into an exception,
as `scanner.commands.main` does. A process uses one mirror at a time. `url` of an address is what
reports and files may have; user information is in `user` and `secret` alone.

GitPython is imported by git_python.py, at the first transfer.
"""
