"""What is measured on: generated trees and histories, planted credentials, given repositories.

All that is generated depends on a seed and on nothing else: the same options give the same bytes.
"""
