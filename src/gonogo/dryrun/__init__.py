"""The main job: proves, decides, watches and certifies a dry run."""
