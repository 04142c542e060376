"""Work in the background: jobs and training, each in a process of its own or, failing that, in a
thread. Import `core.worker.job` to run a job, `core.worker.training_worker` to train."""
