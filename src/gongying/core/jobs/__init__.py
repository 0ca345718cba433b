"""Background work: `registry.job` declares it, `queue.start` puts it in line, `recurring.turn` what the day brings, `/control/jobs/` shows it."""
