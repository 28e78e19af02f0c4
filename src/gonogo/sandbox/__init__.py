"""The sandbox: a demo stack of real servers with a month of scripted history, and faults for it."""
