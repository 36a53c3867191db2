"""The doctor: an event's whole way, tried hop by hop as it is configured, from this process to a browser's.

* :mod:`~onair.doctor.outcome`: what a hop may find.
* :mod:`~onair.doctor.examination`: what the hops share, and what was asked for.
* :mod:`~onair.doctor.hops`: the hops, in the order of :mod:`~onair.doctor.table`.
* :mod:`~onair.doctor.running`: one hop after the other.
* :mod:`~onair.doctor.browser`: a socket, as a browser opens it.
"""

from __future__ import annotations
