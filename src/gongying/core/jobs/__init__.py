"""Background work: `registry.job` declares it, `queue.start` puts it in line, `/control/jobs/` shows it."""
