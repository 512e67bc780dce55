"""Programs that run as processes of their own: the launcher of every command, and the floors."""
