"""The sandbox: a demo of real servers with a month of scripted history, and faults to inject."""
