"""Makes a checkout ready to run: everything fetched is locked, everything made is stamped.

Runs on a bare Python 3.11 before anything is installed, so these modules import the standard library only
(the detector's conversion and the jars excepted: they run in the environments that earlier steps made).
"""
