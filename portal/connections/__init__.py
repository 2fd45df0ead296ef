"""Connected accounts: what is connected, connecting, and everything done to one."""
