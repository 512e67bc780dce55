"""Labelled cases: files in which it is known what is a credential and what is not.

A case is made from a kind of credential, a place in which it is written and an encoding, all of
which are tables; `generate` combines them. Values are made up from a seed.

    case.py          what a case is, and how the place of a value is kept while text is encoded
    kinds.py         kinds of credentials, with the names of their fields
    places.py        what is written line by line: files of settings, programs, logs
    documents.py     kinds that have a file format of their own
    surroundings.py  pairs among odd names and neighbours
    encodings.py     escapes of a value, string pieces, and whole files that are encoded
    containers.py    archives, databases and other binary files
    harmless.py      what looks like a credential and is none
    masses.py        harmless values by the thousand; hashes.py has those of passwords
    generate.py      all cases of a seed
"""
