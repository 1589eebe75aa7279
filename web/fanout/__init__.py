"""Many phones on few bytes: a Socket.IO server for one namespace that keeps neither a greenlet nor a buffer for a connection at rest."""
