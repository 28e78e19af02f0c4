"""The files of a configuration: switched, kept, and put back."""
