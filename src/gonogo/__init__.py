"""gonogo: GO, HOLD or NO-GO, decided from evidence that the monitoring is alive, tested and honest."""

__version__ = "0.1.0"
