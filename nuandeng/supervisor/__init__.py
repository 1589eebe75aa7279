"""One process tree: parts started in order, watched, restarted when they die, stopped in reverse order."""

from nuandeng.supervisor.part import Part, Progress
from nuandeng.supervisor.supervisor import Supervisor

__all__ = ["Part", "Progress", "Supervisor"]
