"""The variational core: posteriors and priors, the objective as named terms, schedules, latent statistics."""
