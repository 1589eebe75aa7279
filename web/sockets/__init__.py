"""Socket.IO: /console for desks, /field for phones. WebSocket only; each process serves its own connections from its own board."""
