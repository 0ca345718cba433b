"""House services: actor, action door, journal, policies, people, jobs, intake, pages. No business nouns."""
