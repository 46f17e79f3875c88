"""Finding owners in a process of its own: it reads ``/proc``, and sees neither packets nor clients."""
