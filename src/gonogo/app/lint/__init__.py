"""``gonogo lint`` and the run ``obs-lint``: everything that one server would load, read, judged and recorded."""

from gonogo.app.lint.obs_lint import lint, obs_lint

__all__ = ["lint", "obs_lint"]
