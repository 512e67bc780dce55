"""The parts of the HTML pages: of a report, and of a response to one.

A page is one file that needs nothing else. Each module makes one part of it from typed values:
`elements` escapes, `document` puts the parts together, and the others are sections from top to
bottom. `report.css` and `report.js` are in the page as they are here.
"""
