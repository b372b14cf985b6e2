"""Background work: the arq settings, the outbox relay, the schedules and the jobs."""
